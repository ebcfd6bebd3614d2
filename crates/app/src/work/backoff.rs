//! How long to wait before trying again.

use std::time::Duration;

use assay_core::IdSource;

/// Waits that double with every attempt up to a ceiling; half of each is left to chance, so that what broke together
/// does not come back together.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Backoff {
    /// The wait after the first attempt, at most.
    pub first: Duration,
    /// No wait is longer.
    pub longest: Duration,
}

impl Default for Backoff {
    fn default() -> Self {
        Self { first: Duration::from_secs(4), longest: Duration::from_secs(15 * 60) }
    }
}

impl Backoff {
    /// The wait after `attempts` attempts.
    pub fn after(&self, attempts: u32, ids: &dyn IdSource) -> Duration {
        let doubled = self.first.saturating_mul(1 << attempts.saturating_sub(1).min(20));
        let most = doubled.min(self.longest);
        let mut chance = [0; 2];
        ids.fill(&mut chance);
        let share = f64::from(u16::from_le_bytes(chance)) / f64::from(u16::MAX);
        most.mul_f64(0.5 + share / 2.0)
    }
}

#[cfg(test)]
mod tests {
    use assay_core::SequentialIds;

    use super::*;

    #[test]
    fn waits_grow_within_their_bounds() {
        let (backoff, ids) = (Backoff::default(), SequentialIds::default());
        for (attempts, most) in [(0, 4), (1, 4), (2, 8), (3, 16), (8, 512), (9, 900), (u32::MAX, 900)] {
            let (wait, most) = (backoff.after(attempts, &ids), Duration::from_secs(most));
            assert!(most / 2 <= wait && wait <= most, "attempt {attempts}: {wait:?}");
        }
    }
}
