//! Telling work that it has to end early.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Why work has to end early.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum StopReason {
    /// The service stops. What can be ended within the grace period may be; the rest is handed back.
    Shutdown,
    /// Another worker has the work, or it was called off: nothing of it may be kept.
    Lost,
    /// It has taken longer than its kind may take.
    Overdue,
}

/// Raised when a piece of work has to end early. Cheap to clone; all clones are one flag.
#[derive(Clone, Debug, Default)]
pub struct StopFlag(Arc<State>);

#[derive(Debug, Default)]
struct State {
    reason: Mutex<Option<StopReason>>,
    raised: Condvar,
}

impl StopFlag {
    /// Raises it. The first reason stays, except that a shutdown gives way to anything: that has to end at once.
    pub fn raise(&self, reason: StopReason) {
        let mut there = self.lock();
        if matches!(*there, None | Some(StopReason::Shutdown)) {
            *there = Some(reason);
        }
        self.0.raised.notify_all();
    }

    /// Why it is raised, when it is.
    pub fn raised(&self) -> Option<StopReason> {
        *self.lock()
    }

    /// Sleeps until it is raised, at most for `at_most`. Returns why it is, when it is.
    pub fn wait(&self, at_most: Duration) -> Option<StopReason> {
        let waited = self.0.raised.wait_timeout_while(self.lock(), at_most, |reason| reason.is_none());
        *waited.unwrap_or_else(PoisonError::into_inner).0
    }

    fn lock(&self) -> MutexGuard<'_, Option<StopReason>> {
        self.0.reason.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shutdown_gives_way_and_nothing_else_does() {
        let flag = StopFlag::default();
        assert_eq!((flag.raised(), flag.wait(Duration::ZERO)), (None, None));
        let same = flag.clone();
        same.raise(StopReason::Shutdown);
        assert_eq!(flag.wait(Duration::from_secs(600)), Some(StopReason::Shutdown));
        flag.raise(StopReason::Lost);
        flag.raise(StopReason::Overdue);
        assert_eq!(same.raised(), Some(StopReason::Lost));
    }
}
