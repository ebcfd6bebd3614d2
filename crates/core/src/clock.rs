//! Time and chance enter from outside, so that a test can hold them still.

use std::sync::Mutex;
use std::time::Duration;

use jiff::Timestamp;

/// Where the time comes from. Nothing else in the house may read a clock.
pub trait Clock: Send + Sync {
    /// Wall-clock time, for what people read.
    fn now(&self) -> Timestamp;
    /// Time since an arbitrary fixed start that never goes backwards, for durations.
    fn elapsed(&self) -> Duration;
}

/// A clock that stands still until a test moves it.
#[derive(Debug)]
pub struct ManualClock {
    start: Timestamp,
    passed: Mutex<Duration>,
}

impl ManualClock {
    /// A clock showing `start`.
    pub fn at(start: Timestamp) -> Self {
        Self { start, passed: Mutex::new(Duration::ZERO) }
    }

    /// Moves the clock forward.
    pub fn advance(&self, by: Duration) {
        *self.passed() += by;
    }

    fn passed(&self) -> std::sync::MutexGuard<'_, Duration> {
        self.passed.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        let passed = *self.passed();
        self.start.checked_add(passed).unwrap_or(Timestamp::MAX)
    }

    fn elapsed(&self) -> Duration {
        *self.passed()
    }
}
