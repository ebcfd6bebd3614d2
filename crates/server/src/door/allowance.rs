//! How many requests each caller has: buckets that fill with time.

use std::fmt;
use std::hash::Hash;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use assay_core::Clock;
use governor::clock::Clock as _;
use governor::middleware::NoOpMiddleware;
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};

/// Callers remembered before those whose bucket is full again are forgotten.
const REMEMBERED: usize = 50_000;

/// Forgetting goes through all of them, so it waits so long before it does so again.
const BETWEEN: Duration = Duration::from_secs(1);

/// A rate with the burst it allows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Rate {
    /// Requests a second in the long run.
    pub per_second: NonZeroU32,
    /// Requests at once after a pause.
    pub burst: NonZeroU32,
}

/// The allowance of each caller of one kind. Without a rate nobody is limited.
pub struct Allowance<K: Hash + Eq + Clone> {
    buckets: Option<Buckets<K>>,
    forgot: Mutex<Duration>,
}

type Buckets<K> = RateLimiter<K, DashMapStateStore<K>, HouseClock, NoOpMiddleware<Duration>>;

impl<K: Hash + Eq + Clone> Allowance<K> {
    /// An allowance of `rate` for each caller.
    pub fn new(rate: Option<Rate>, clock: Arc<dyn Clock>) -> Self {
        let quota = rate.map(|rate| Quota::per_second(rate.per_second).allow_burst(rate.burst));
        let buckets =
            |quota| RateLimiter::new(quota, DashMapStateStore::default(), HouseClock(clock.clone()));
        Self { buckets: quota.map(buckets), forgot: Mutex::default() }
    }

    /// Takes one request from the caller's bucket.
    ///
    /// # Errors
    /// How long until there is one again.
    pub fn take(&self, caller: &K) -> Result<(), Duration> {
        let Some(buckets) = &self.buckets else { return Ok(()) };
        let now = buckets.clock().now();
        if buckets.len() > REMEMBERED && self.may_forget(now) {
            buckets.retain_recent();
        }
        buckets.check_key(caller).map_err(|refused| refused.wait_time_from(now))
    }

    fn may_forget(&self, now: Duration) -> bool {
        let Ok(mut forgot) = self.forgot.try_lock() else { return false };
        let due = now.saturating_sub(*forgot) >= BETWEEN;
        if due {
            *forgot = now;
        }
        due
    }
}

impl<K: Hash + Eq + Clone> fmt::Debug for Allowance<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let remembered = self.buckets.as_ref().map(|buckets| buckets.len());
        f.debug_struct("Allowance").field("remembered", &remembered).finish()
    }
}

/// The injected clock, as the buckets want it.
#[derive(Clone)]
struct HouseClock(Arc<dyn Clock>);

impl governor::clock::Clock for HouseClock {
    type Instant = Duration;

    fn now(&self) -> Duration {
        self.0.elapsed()
    }
}

#[cfg(test)]
mod tests {
    use assay_core::ManualClock;
    use jiff::Timestamp;

    use super::*;

    #[test]
    fn a_bucket_empties_and_fills_with_time() {
        let clock = Arc::new(ManualClock::at(Timestamp::UNIX_EPOCH));
        let rate = Rate { per_second: NonZeroU32::new(2).unwrap(), burst: NonZeroU32::new(3).unwrap() };
        let allowance = Allowance::new(Some(rate), clock.clone());
        for _ in 0..3 {
            assert_eq!(allowance.take(&"ann"), Ok(()));
        }
        assert_eq!(allowance.take(&"ann"), Err(Duration::from_millis(500)));
        assert_eq!(allowance.take(&"bob"), Ok(()), "each has a bucket of their own");
        clock.advance(Duration::from_millis(500));
        assert_eq!(allowance.take(&"ann"), Ok(()));
        assert!(allowance.take(&"ann").is_err());
        assert_eq!(Allowance::new(None, clock).take(&"ann"), Ok(()));
    }
}
