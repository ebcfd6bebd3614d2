//! Samples what the engine uses while it runs. A control group counts the peak of everything by itself; how much of it was
//! the engine's own and how much page cache only samples tell.

use std::io;
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use crate::cgroup::{Group, Memory};
use crate::processes::{descendants, text, threads};

/// Between samples.
const INTERVAL: Duration = Duration::from_millis(25);
/// Between samples process by process, which cost more.
const SLOW_INTERVAL: Duration = Duration::from_millis(50);

/// Where figures come from.
#[derive(Debug)]
pub(crate) enum Source {
    /// The run's control group.
    Group(Arc<dyn Group>),
    /// Every process below the init, one by one; beyond the ceiling the engine is killed.
    Processes { init: i32, ceiling: u64 },
}

/// The largest of each figure.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(crate) struct Peaks {
    pub(crate) anonymous: u64,
    pub(crate) cache: u64,
    /// Of both together.
    pub(crate) total: u64,
    pub(crate) processes: u64,
    /// It was killed for going beyond its ceiling.
    pub(crate) killed: bool,
}

/// The sampling thread.
#[derive(Debug)]
pub(crate) struct Meter {
    thread: JoinHandle<Peaks>,
    stop: Sender<()>,
}

impl Meter {
    /// Starts sampling, with a first sample at once.
    pub(crate) fn start(source: Source) -> io::Result<Self> {
        let (stop, stopped) = channel();
        let thread = std::thread::Builder::new().name("meter".into()).spawn(move || {
            let mut peaks = Peaks::default();
            loop {
                peaks.take(&source);
                // Told to stop or left alone: a last look has just been taken.
                if stopped.recv_timeout(source.interval()) != Err(RecvTimeoutError::Timeout) {
                    peaks.take(&source);
                    return peaks;
                }
            }
        })?;
        Ok(Self { thread, stop })
    }

    /// Takes a last sample and stops.
    pub(crate) fn finish(self) -> Peaks {
        drop(self.stop);
        self.thread.join().unwrap_or_default()
    }
}

impl Source {
    fn interval(&self) -> Duration {
        match self {
            Self::Group(_) => INTERVAL,
            Self::Processes { .. } => SLOW_INTERVAL,
        }
    }
}

impl Peaks {
    fn take(&mut self, source: &Source) {
        match source {
            Source::Group(group) => self.add(group.memory()),
            Source::Processes { init, ceiling } => {
                let engine = descendants(*init);
                let now = sum(&engine);
                self.add(now);
                if now.anonymous + now.cache > *ceiling {
                    self.killed = true;
                    engine.iter().filter_map(|process| Pid::from_raw(*process)).for_each(kill);
                }
            }
        }
    }

    fn add(&mut self, now: Memory) {
        self.anonymous = self.anonymous.max(now.anonymous);
        self.cache = self.cache.max(now.cache);
        self.total = self.total.max(now.anonymous + now.cache);
        self.processes = self.processes.max(now.processes);
    }
}

fn kill(process: Pid) {
    // It may have died meanwhile.
    let _ = kill_process(process, Signal::KILL);
}

/// Memory of all, shared pages counted once.
fn sum(processes: &[i32]) -> Memory {
    processes.iter().map(|process| of_process(*process)).fold(Memory::default(), |sum, one| Memory {
        anonymous: sum.anonymous + one.anonymous,
        cache: sum.cache + one.cache,
        processes: sum.processes + one.processes,
    })
}

fn of_process(process: i32) -> Memory {
    let rollup = text(&format!("/proc/{process}/smaps_rollup"), 8192).unwrap_or_default();
    let kilobytes = |key: &str| {
        let line = rollup.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(':'));
        line.and_then(|rest| rest.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or(0)
    };
    Memory {
        anonymous: kilobytes("Pss_Anon") * 1024,
        cache: (kilobytes("Pss_File") + kilobytes("Pss_Shmem")) * 1024,
        processes: threads(process).len() as u64,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_a_child_without_a_group() {
        let mut child = std::process::Command::new("sleep").arg("60").spawn().unwrap();
        let source = Source::Processes { init: std::process::id() as i32, ceiling: u64::MAX };
        let peaks = Meter::start(source).unwrap().finish();
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(peaks.anonymous > 0 && peaks.processes >= 1 && !peaks.killed, "{peaks:?}");
    }
}
