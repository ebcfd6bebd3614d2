//! Live progress on standard error: moving lines on a terminal, plain ones elsewhere.

mod bars;
mod lines;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use assay_core::{Clock, Progress, Silent, Step};

/// No progress when `quiet`, moving lines where they can move, else plain ones.
pub(crate) fn choose(quiet: bool, moving: bool, clock: Arc<dyn Clock>) -> Box<dyn Progress> {
    match (quiet, moving) {
        (true, _) => Box::new(Silent),
        (false, true) => Box::new(bars::Bars::new(clock)),
        (false, false) => Box::new(lines::Lines::new(clock)),
    }
}

/// When each running step began.
struct Stopwatch {
    clock: Arc<dyn Clock>,
    begun: Mutex<BTreeMap<Step, Duration>>,
}

impl Stopwatch {
    fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, begun: Mutex::default() }
    }

    fn start(&self, step: Step) {
        self.begun().insert(step, self.clock.elapsed());
    }

    fn stop(&self, step: Step) -> Duration {
        let now = self.clock.elapsed();
        self.begun().remove(&step).map_or(Duration::ZERO, |begun| now.saturating_sub(begun))
    }

    fn begun(&self) -> MutexGuard<'_, BTreeMap<Step, Duration>> {
        self.begun.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A duration as people read it: `8 ms`, `1.24 s`, `2 min 05 s`.
pub(crate) fn spoken(time: Duration) -> String {
    let millis = time.as_millis();
    match millis {
        0..1_000 => format!("{millis} ms"),
        1_000..60_000 => format!("{:.2} s", time.as_secs_f64()),
        _ => format!("{} min {:02} s", millis / 60_000, millis / 1_000 % 60),
    }
}

#[cfg(test)]
mod tests {
    use assay_core::ManualClock;

    use super::*;

    #[test]
    fn durations_are_readable() {
        let spoken: Vec<_> =
            [0, 999, 1_240, 59_999, 125_000].map(|ms| spoken(Duration::from_millis(ms))).into();
        assert_eq!(spoken, ["0 ms", "999 ms", "1.24 s", "60.00 s", "2 min 05 s"]);
    }

    #[test]
    fn steps_are_timed_apart() {
        let clock = Arc::new(ManualClock::at(jiff::Timestamp::UNIX_EPOCH));
        let watch = Stopwatch::new(clock.clone());
        watch.start(Step::Security);
        clock.advance(Duration::from_millis(20));
        watch.start(Step::Run);
        clock.advance(Duration::from_millis(5));
        assert_eq!(watch.stop(Step::Security), Duration::from_millis(25));
        assert_eq!(watch.stop(Step::Run), Duration::from_millis(5));
    }
}
