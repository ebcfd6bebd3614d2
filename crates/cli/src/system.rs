//! The machine's own clock and randomness: the one place in the house that may ask for them.
#![allow(clippy::disallowed_methods, reason = "every other module is handed what is made here")]

use std::time::{Duration, Instant};

use assay_core::{Clock, IdSource};
use jiff::Timestamp;
use uuid::Uuid;

/// The machine's clock; durations count from its making.
#[derive(Debug)]
pub(crate) struct SystemClock {
    start: Instant,
}

impl SystemClock {
    /// A clock that starts now.
    pub(crate) fn new() -> Self {
        Self { start: Instant::now() }
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    fn elapsed(&self) -> Duration {
        self.start.elapsed()
    }
}

/// Time-ordered ids and the kernel's randomness.
#[derive(Debug, Default)]
pub(crate) struct SystemIds;

impl IdSource for SystemIds {
    fn next_id(&self) -> Uuid {
        Uuid::now_v7()
    }

    fn fill(&self, bytes: &mut [u8]) {
        // Once the kernel's generator is seeded it does not fail; without it no secret may be made, and no run started.
        if getrandom::fill(bytes).is_err() {
            std::process::abort();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_differ_and_bytes_are_filled() {
        assert_ne!(SystemIds.next_id(), SystemIds.next_id());
        let (mut one, mut two) = ([0; 40], [0; 40]);
        SystemIds.fill(&mut one);
        SystemIds.fill(&mut two);
        assert_ne!(one, two);
        assert!(one.iter().any(|byte| *byte != 0));
    }
}
