//! A running engine as we hold it: how it is, how to ask it to end, how to end it.

use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::launcher::Shim;
use super::message::{InitOrder, InitReport};
use super::wire::Wire;

/// How the main process ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Ending {
    pub(crate) code: Option<i32>,
    pub(crate) signal: Option<i32>,
    /// Processes that outlived it.
    pub(crate) left: u32,
}

#[derive(Debug, Default)]
struct News {
    ending: Option<Ending>,
    /// Processor time of all, in microseconds, once nothing is left.
    emptied: Option<u64>,
    /// The init is gone, and with it everything.
    gone: bool,
}

#[derive(Debug, Default)]
struct Board {
    news: Mutex<News>,
    changed: Condvar,
}

/// Dropping it kills everything inside.
#[derive(Debug)]
pub(crate) struct Ward {
    shim: Shim,
    init: Arc<Wire>,
    board: Arc<Board>,
}

impl Ward {
    pub(super) fn new(shim: Shim, init: Wire) -> io::Result<Self> {
        let (init, board) = (Arc::new(init), Arc::new(Board::default()));
        let (wire, told) = (Arc::clone(&init), Arc::clone(&board));
        std::thread::Builder::new().name("ward".into()).spawn(move || told.listen(&wire))?;
        Ok(Self { shim, init, board })
    }

    /// Whether the main process runs.
    pub(crate) fn alive(&self) -> bool {
        let news = self.board.news();
        news.ending.is_none() && !news.gone
    }

    /// Waits for the main process to end; `None` when it did not in time, or all was lost with the init.
    pub(crate) fn wait(&self, patience: Duration) -> Option<Ending> {
        self.board.wait(patience, |news| news.ending.is_some()).ending
    }

    /// Asks the main process to end.
    pub(crate) fn terminate(&self) {
        self.order(&InitOrder::Signal(libc::SIGTERM));
    }

    /// Kills the main process.
    pub(crate) fn kill_main(&self) {
        self.order(&InitOrder::Signal(libc::SIGKILL));
    }

    /// Kills everything but the init and waits until it is gone. Returns the processor time of all in microseconds.
    pub(crate) fn kill_all(&self, patience: Duration) -> Option<u64> {
        self.order(&InitOrder::KillAll);
        self.board.wait(patience, |news| news.emptied.is_some()).emptied
    }

    /// How the main process ended, once it has.
    pub(crate) fn ending(&self) -> Option<Ending> {
        self.board.news().ending
    }

    /// Ends init and shim too. The kernel reclaims namespaces and mounts.
    pub(crate) fn dissolve(self) {
        drop(self.shim);
    }

    fn order(&self, order: &InitOrder) {
        // An init that is gone took everything with it, which the board shows.
        let _ = self.init.send(order, &[]);
    }
}

impl Board {
    fn news(&self) -> MutexGuard<'_, News> {
        self.news.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn listen(&self, wire: &Wire) {
        while let Ok(Some(report)) = wire.receive::<InitReport>() {
            match report.message {
                InitReport::Ended { code, signal, left } => {
                    self.news().ending = Some(Ending { code, signal, left });
                }
                InitReport::Emptied { cpu_micros } => self.news().emptied = Some(cpu_micros),
                _ => {}
            }
            self.changed.notify_all();
        }
        self.news().gone = true;
        self.changed.notify_all();
    }

    fn wait(&self, patience: Duration, done: impl Fn(&News) -> bool) -> MutexGuard<'_, News> {
        let waiting = |news: &mut News| !news.gone && !done(news);
        let waited = self.changed.wait_timeout_while(self.news(), patience, waiting);
        waited.unwrap_or_else(PoisonError::into_inner).0
    }
}
