//! When a delivery that failed is tried again.

use std::time::Duration;

use assay_core::IdSource;
use jiff::Timestamp;

/// Waits between attempts in seconds, as receivers of webhooks are used to: quickly at first, then over three days.
const WAITS: [u64; 9] = [5, 5 * 60, 30 * 60, 2 * 3600, 5 * 3600, 10 * 3600, 14 * 3600, 20 * 3600, 24 * 3600];

/// Attempts at most, the first one included.
pub(super) const ATTEMPTS: u32 = WAITS.len() as u32 + 1;

/// The longest that a receiver can ask us to wait.
const LONGEST: Duration = Duration::from_secs(24 * 3600);

/// When to try again after `attempts` attempts; none when that was the last. Up to a fifth is added by chance, so that
/// what failed together does not come back together. A receiver that asks for more patience gets it.
pub(super) fn next(
    attempts: u32,
    now: Timestamp,
    asked: Option<Duration>,
    ids: &dyn IdSource,
) -> Option<Timestamp> {
    let wait = attempts.checked_sub(1).and_then(|at| WAITS.get(at as usize))?;
    let mut chance = [0];
    ids.fill(&mut chance);
    let jitter = wait * 1000 * u64::from(chance[0]) / (5 * 255);
    let wait = Duration::from_secs(*wait) + Duration::from_millis(jitter);
    let wait = wait.max(asked.unwrap_or_default().min(LONGEST));
    Some(now.checked_add(wait).unwrap_or(Timestamp::MAX))
}

#[cfg(test)]
mod tests {
    use assay_core::SequentialIds;

    use super::*;

    #[test]
    fn waits_grow_end_and_give_way_to_the_receivers_wish() {
        let now = Timestamp::UNIX_EPOCH;
        let ids = SequentialIds::default();
        let wait =
            |attempts, asked| next(attempts, now, asked, &ids).map(|at| at.duration_since(now).as_millis());
        for (at, seconds) in WAITS.into_iter().enumerate() {
            let wait = wait(at as u32 + 1, None).unwrap();
            let least = i128::from(seconds) * 1000;
            assert!((least..=least * 6 / 5).contains(&wait), "attempt {at}: {wait}");
        }
        assert_eq!(wait(ATTEMPTS, None), None, "the last one is the last");
        assert_eq!(wait(0, None), None);
        assert_eq!(wait(1, Some(Duration::from_secs(90))), Some(90_000));
        assert!(wait(1, Some(Duration::from_secs(1 << 40))).unwrap() <= 24 * 3600 * 1000);
    }
}
