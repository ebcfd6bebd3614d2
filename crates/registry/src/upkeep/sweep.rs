//! Clearing away uploads that nobody goes on with.

use crate::registry::Registry;
use crate::upkeep::collect::earlier;

/// What one sweep did.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Swept {
    /// Uploads ended.
    pub uploads: u32,
    /// Bytes they had received.
    pub bytes: u64,
}

/// Ends uploads that have rested too long; what was reserved for them is free again.
pub fn sweep(registry: &Registry) -> Swept {
    let before = earlier(registry.parts.clock.now(), registry.options.session_idle);
    let mut done = Swept::default();
    for session in registry.sessions.idle_since(before) {
        // Whoever holds it is writing, so it is not idle after all.
        if let Ok(mut progress) = session.progress.try_lock() {
            done.uploads += 1;
            done.bytes += session.acknowledged();
            registry.sessions.end(&session, &mut progress);
        }
    }
    done
}
