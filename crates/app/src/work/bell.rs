//! Wakes workers when there is something to do.

use std::collections::BTreeMap;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use assay_core::work::{Doorbell, WorkKind};

/// Counts how often it was rung for each kind, so that a ring between looking and sleeping is not missed.
#[derive(Debug, Default)]
pub struct Bell {
    rung: Mutex<BTreeMap<WorkKind, u64>>,
    heard: Condvar,
}

impl Bell {
    /// How often it was rung for `kind`; to be asked before looking for work.
    pub fn count(&self, kind: WorkKind) -> u64 {
        self.lock().get(&kind).copied().unwrap_or(0)
    }

    /// Sleeps until it is rung for `kind` more than `seen` times, at most for `at_most`.
    pub fn wait(&self, kind: WorkKind, seen: u64, at_most: Duration) {
        let quiet = |rung: &mut BTreeMap<WorkKind, u64>| rung.get(&kind).copied().unwrap_or(0) == seen;
        drop(self.heard.wait_timeout_while(self.lock(), at_most, quiet));
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<WorkKind, u64>> {
        self.rung.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Doorbell for Bell {
    fn ring(&self, kinds: &[WorkKind]) {
        let mut rung = self.lock();
        for kind in kinds {
            *rung.entry(*kind).or_default() += 1;
        }
        self.heard.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_secs(600);

    #[test]
    fn a_ring_between_looking_and_sleeping_is_heard() {
        let bell = Bell::default();
        let seen = bell.count(WorkKind::Mail);
        bell.ring(&[WorkKind::Mail]);
        bell.wait(WorkKind::Mail, seen, LONG);
    }

    #[test]
    fn sleepers_wake_for_their_own_kind() {
        let bell = Bell::default();
        std::thread::scope(|scope| {
            let sleeper = scope.spawn(|| bell.wait(WorkKind::Mail, 0, LONG));
            bell.ring(&[WorkKind::Deploy]);
            bell.wait(WorkKind::Mail, 0, Duration::from_millis(1));
            bell.ring(&[WorkKind::Mail]);
            sleeper.join().unwrap();
        });
    }
}
