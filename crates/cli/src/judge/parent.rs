//! The parent: keeps a child ready, gives it an order, hears it out, and ends it when it has to end.

use std::ffi::OsString;
use std::io::{BufReader, Read};
use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use assay_app::Refused;
use assay_app::pipeline::{Done, Judge, Order};
use assay_app::work::StopFlag;
use assay_core::{Clock, Fault, Progress};

use super::speech::{Word, hear, say};
use crate::folder::DataFolder;

/// How long is listened before is looked whether to stop.
const ATTENTION: Duration = Duration::from_millis(50);

/// How long a child may take to end after its last word.
const ENDING: Duration = Duration::from_secs(5);

/// Variables a child may know.
const KNOWN: [&str; 4] = ["PATH", "HOME", "RUST_LOG", "RUST_BACKTRACE"];

/// Children that judge, one for each order.
pub(crate) struct Judges {
    folder: DataFolder,
    clock: Arc<dyn Clock>,
    /// One that waits for its order.
    ready: Mutex<Option<Helper>>,
}

/// A child process; ended when dropped.
struct Helper {
    process: Child,
    mouth: ChildStdin,
    words: Receiver<Result<Word, Fault>>,
    /// Whether it has said its last word.
    told: bool,
}

impl Judges {
    /// Judges over a data folder; starts the first child.
    pub(crate) fn new(folder: &DataFolder, clock: Arc<dyn Clock>) -> Result<Self, Fault> {
        let ready = Mutex::new(Some(Helper::start(folder)?));
        Ok(Self { folder: folder.clone(), clock, ready })
    }

    /// A child that has not been given an order. One that died waiting is replaced.
    fn take(&self) -> Result<Helper, Fault> {
        let waiting = self.lock().take();
        match waiting.map(Helper::alive) {
            Some(Some(helper)) => Ok(helper),
            _ => Helper::start(&self.folder),
        }
    }

    /// Starts the next one, so that the next order need not wait for it.
    fn make_ready(&self) {
        let mut ready = self.lock();
        if ready.is_none() {
            // Without one the next order starts its own, and hears of the trouble.
            *ready = Helper::start(&self.folder).ok();
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Helper>> {
        self.ready.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Clears up after a child that was ended by force.
    fn sweep(&self) {
        let swept = command(&self.folder, "sweep").and_then(|mut sweep| {
            let done = sweep.stdin(Stdio::null()).stdout(Stdio::null()).status();
            done.map_err(|cause| Fault::io("sweeping after a judge", cause))
        });
        if let Err(fault) = swept {
            tracing::warn!(%fault, "what a judge left could not be swept; the next start will");
        }
    }
}

impl Judge for Judges {
    fn carry_out(&self, order: &Order, progress: &dyn Progress, stop: &StopFlag) -> Result<Done, Refused> {
        let mut helper = self.take()?;
        let begun =
            say(&mut helper.mouth, order).map_err(|cause| Fault::io("giving a judge its order", cause));
        self.make_ready();
        let until = self.clock.elapsed().saturating_add(order.limit());
        let heard = begun.map_err(Refused::from).and_then(|()| {
            helper.hear_out(order, progress, || {
                if stop.raised().is_some() {
                    return Err(Fault::new("judge-stopped", "judging", "it was told to stop").retryable());
                }
                if self.clock.elapsed() >= until {
                    return Err(overdue(order.limit()));
                }
                Ok(())
            })
        });
        if helper.end() {
            self.sweep();
        }
        heard
    }
}

impl Helper {
    fn start(folder: &DataFolder) -> Result<Self, Fault> {
        let failed = |cause| Fault::io("starting a judge", cause);
        let mut process = command(folder, "judge")?
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            // Keys pressed at the service's terminal are the service's business.
            .process_group(0)
            .spawn()
            .map_err(failed)?;
        let (Some(mouth), Some(ear)) = (process.stdin.take(), process.stdout.take()) else {
            return Err(failed(std::io::Error::other("it has no standard input and output")));
        };
        let words = listen(ear).map_err(failed)?;
        Ok(Self { process, mouth, words, told: false })
    }

    /// The same, unless it has ended.
    fn alive(mut self) -> Option<Self> {
        matches!(self.process.try_wait(), Ok(None)).then_some(self)
    }

    /// Hears the child until its last word, or until `stop` objects.
    fn hear_out(
        &mut self,
        order: &Order,
        progress: &dyn Progress,
        stop: impl Fn() -> Result<(), Fault>,
    ) -> Result<Done, Refused> {
        loop {
            stop()?;
            match self.words.recv_timeout(ATTENTION) {
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Err(self.vanished().into()),
                Ok(Err(fault)) => return Err(fault.into()),
                Ok(Ok(Word::Started(step))) => progress.started(step),
                Ok(Ok(Word::Note(step, text))) => progress.note(step, &text),
                Ok(Ok(Word::Finished(step, good))) => progress.finished(step, good),
                Ok(Ok(word)) => {
                    if let Some(result) = word.result(order) {
                        self.told = true;
                        return result;
                    }
                }
            }
        }
    }

    fn vanished(&mut self) -> Fault {
        let how = self.process.wait().map_or_else(|cause| cause.to_string(), |status| status.to_string());
        let hint = "look for a lack of memory, and into the service's log";
        Fault::new("judge-lost", "judging", format!("the judging process ended: {how}"))
            .hint(hint)
            .retryable()
    }

    /// Waits for the end of a child that has said its last word; ends any other by force. Tells whether force was needed.
    fn end(mut self) -> bool {
        let closed =
            self.told && matches!(self.words.recv_timeout(ENDING), Err(RecvTimeoutError::Disconnected));
        if !closed {
            let _ = self.process.kill();
        }
        let ended = self.process.wait();
        !(closed && ended.is_ok_and(|status| status.success()))
    }
}

impl Drop for Helper {
    fn drop(&mut self) {
        if matches!(self.process.try_wait(), Ok(None)) {
            let _ = self.process.kill();
            let _ = self.process.wait();
        }
    }
}

/// A thread that hears the child, since a pipe cannot be waited for with a limit.
fn listen(ear: ChildStdout) -> std::io::Result<Receiver<Result<Word, Fault>>> {
    let (to, words) = channel();
    let listen = move || {
        let mut ear = BufReader::new(ear);
        loop {
            let word = match hear(&mut ear) {
                Ok(None) => return,
                Ok(Some(word)) => Ok(word),
                Err(cause) => Err(Fault::io("hearing a judge", cause).retryable()),
            };
            let over = word.is_err();
            if to.send(word).is_err() || over {
                // Read on, so that the child does not wait for us.
                let _ = std::io::copy(&mut ear.by_ref(), &mut std::io::sink());
                return;
            }
        }
    };
    thread::Builder::new().name("judge-words".into()).spawn(listen)?;
    Ok(words)
}

/// This very program with one of its commands, knowing nothing of the service's secrets.
fn command(folder: &DataFolder, name: &str) -> Result<Command, Fault> {
    let program = std::env::current_exe().map_err(|cause| Fault::io("finding our own program", cause))?;
    let known = KNOWN.into_iter().filter_map(|name| Some((name, crate::folder::variable(name)?)));
    let mut command = Command::new(program);
    command.env_clear().envs(known.collect::<Vec<(&str, OsString)>>());
    command.arg(name).arg("--data").arg(folder.root());
    Ok(command)
}

fn overdue(limit: Duration) -> Fault {
    let took = format!("it took longer than {} s", limit.as_secs());
    Fault::new("work-overdue", "judging", took).retryable()
}
