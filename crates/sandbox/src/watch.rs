//! Waits that end on time. An engine that sleeps while it is looked at may act when nobody looks, so threads in long timed
//! waits are noted, waited for within reason, and told of.

mod waits;

use std::collections::HashMap;
use std::io;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use assay_core::Clock;
use assay_core::run::Sleeper;

use crate::processes::describe;
use waits::Wait;

/// Between looks while the engine works, to learn which waits are mere habits.
const HABIT_INTERVAL: Duration = Duration::from_millis(250);
/// Between looks while waiting for sleepers.
const PAUSE: Duration = Duration::from_millis(20);
/// How often a thread must have woken from like waits before one more is a habit. Once would let an engine that naps
/// twice go unwatched; much more would make every engine with a slow heartbeat slow to judge.
const WAKINGS: u32 = 2;

/// Learns while the engine works which threads wait again and again.
#[derive(Debug)]
pub(crate) struct Habits {
    thread: JoinHandle<Known>,
    stop: Sender<()>,
}

/// The waits of each thread and call that were seen to end.
#[derive(Debug, Default)]
pub(crate) struct Known {
    ended: HashMap<(i32, &'static str), Ended>,
    latest: HashMap<i32, Wait>,
}

#[derive(Debug, Default)]
struct Ended {
    times: u32,
    longest_ms: u64,
}

impl Habits {
    /// Begins to look at the processes below `init`.
    pub(crate) fn start(init: i32) -> io::Result<Self> {
        let (stop, stopped) = channel();
        let thread = std::thread::Builder::new().name("habits".into()).spawn(move || {
            let mut known = Known::default();
            while stopped.recv_timeout(HABIT_INTERVAL) == Err(RecvTimeoutError::Timeout) {
                known.learn(waits::of(init));
            }
            known
        })?;
        Ok(Self { thread, stop })
    }

    /// Stops looking.
    pub(crate) fn finish(self) -> Known {
        drop(self.stop);
        self.thread.join().unwrap_or_default()
    }
}

impl Known {
    fn learn(&mut self, waits: Vec<Wait>) {
        for wait in waits {
            match self.latest.get(&wait.thread) {
                // The same wait goes on: what it first asked for stands.
                Some(before) if before.switches == wait.switches => {}
                before => {
                    if let Some(before) = before {
                        let ended = self.ended.entry((before.thread, before.call)).or_default();
                        ended.times += 1;
                        ended.longest_ms = before.asked_ms.max(ended.longest_ms);
                    }
                    self.latest.insert(wait.thread, wait);
                }
            }
        }
    }

    /// Learns of `waits` and gives those that are long and no habit, each with what it first asked for.
    fn asleep(&mut self, waits: Vec<Wait>, long: Duration) -> Vec<Wait> {
        let threads: Vec<i32> = waits.iter().map(|wait| wait.thread).collect();
        self.learn(waits);
        let now = threads.iter().filter_map(|thread| self.latest.get(thread));
        now.filter(|wait| wait.asked_ms > millis(long) && !self.is_habit(wait)).cloned().collect()
    }

    /// Whether the thread woke from waits like this before. A quarter is allowed for the part that had passed.
    fn is_habit(&self, wait: &Wait) -> bool {
        let before = self.ended.get(&(wait.thread, wait.call));
        before.is_some_and(|ended| {
            ended.times >= WAKINGS && wait.asked_ms <= ended.longest_ms + ended.longest_ms / 4
        })
    }
}

/// How long to look, and at whom.
pub(crate) struct Vigil<'a> {
    pub(crate) init: i32,
    pub(crate) clock: &'a dyn Clock,
    /// How long nobody may have been asleep.
    pub(crate) watch: Duration,
    /// Most to wait for sleepers.
    pub(crate) patience: Duration,
    /// Since the engine's start.
    pub(crate) running: Duration,
}

impl Vigil<'_> {
    /// Waits until a whole watch has passed without anybody asleep, as far as patience lets; returns those still asleep.
    /// Who wakes and naps again is waited for again. `alive` says whether there is anything left to wait for.
    pub(crate) fn keep(&self, mut known: Known, alive: impl Fn() -> bool) -> Vec<Sleeper> {
        let start = self.clock.elapsed();
        let mut calm_since = start;
        loop {
            let asleep = known.asleep(waits::of(self.init), self.watch);
            let now = self.clock.elapsed();
            if asleep.iter().any(|wait| self.may_wake(wait)) {
                calm_since = now;
            }
            let calm = now.saturating_sub(calm_since) >= self.watch;
            if calm || now.saturating_sub(start) >= self.watch + self.patience || !alive() {
                return asleep.iter().map(sleeper).collect();
            }
            std::thread::sleep(PAUSE);
        }
    }

    /// Whether it can end within our patience: it began after the engine did.
    fn may_wake(&self, wait: &Wait) -> bool {
        wait.asked_ms.saturating_sub(millis(self.running)) <= millis(self.patience)
    }
}

fn sleeper(wait: &Wait) -> Sleeper {
    let process = describe(wait.process).unwrap_or_else(|| "a process that is gone".into());
    Sleeper { process, asked_ms: wait.asked_ms, call: wait.call.into() }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wait(switches: u64, asked_ms: u64) -> Wait {
        Wait { process: 1, thread: 1, switches, call: "poll", asked_ms }
    }

    #[test]
    fn waits_seen_to_end_are_a_habit_and_a_longer_one_is_not() {
        let mut known = Known::default();
        known.learn(vec![wait(1, 500)]);
        known.learn(vec![wait(2, 480)]);
        assert!(!known.is_habit(&wait(2, 480)), "one has ended");
        known.learn(vec![wait(3, 490)]);
        assert!(known.is_habit(&wait(3, 500)));
        assert!(!known.is_habit(&wait(3, 30_000)));
    }

    #[test]
    fn what_is_left_of_a_wait_does_not_make_it_short() {
        let mut known = Known::default();
        let watch = Duration::from_millis(300);
        assert_eq!(known.asleep(vec![wait(1, 900)], watch).len(), 1);
        assert_eq!(known.asleep(vec![wait(1, 100)], watch), [wait(1, 900)]);
        assert_eq!(known.asleep(Vec::new(), watch), []);
    }

    #[test]
    fn a_wait_going_on_keeps_what_it_first_asked() {
        let mut known = Known::default();
        known.learn(vec![wait(1, 900)]);
        known.learn(vec![wait(1, 100)]);
        known.learn(vec![wait(2, 100)]);
        known.learn(vec![wait(3, 900)]);
        assert!(known.is_habit(&wait(3, 900)));
    }
}
