//! The numbers that checks measure against.

use crate::Rejection;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Numbers a policy sets. Durations in seconds.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", default, deny_unknown_fields)]
pub struct Limits {
    /// Time for the engine to become ready (BLD-001).
    pub ready_seconds: u64,
    /// Time for all sample inputs together (BLD-002).
    pub work_seconds: u64,
    /// Time for one request.
    pub request_seconds: u64,
    /// Time between SIGTERM and SIGKILL (BLD-010).
    pub stop_seconds: u64,
    /// How long the engine is watched after its last answer.
    pub watch_milliseconds: u64,
    /// How long at most a sleeping engine is waited for while it is watched (NET-010).
    pub sleep_seconds: u64,
    /// Age at which vulnerability data is too old to pass on (SEC-004).
    pub database_stale_hours: u64,
    /// Age at which vulnerability data draws a warning.
    pub database_ageing_hours: u64,
}

/// One patience at most, in seconds.
const LONGEST: u64 = 3600;

/// The patience of one run at most, in seconds. A certification runs an engine twice, and has two hours.
const LONGEST_RUN: u64 = 3000;

/// Watching at most, in milliseconds.
const LONGEST_WATCH: u64 = 60_000;

/// Vulnerability data of ten years is as good as none.
const OLDEST: u64 = 10 * 366 * 24;

impl Limits {
    /// How long one run of an engine may take at most, in seconds.
    pub fn run_seconds(&self) -> u64 {
        [self.ready_seconds, self.work_seconds, self.sleep_seconds, self.stop_seconds]
            .into_iter()
            .fold(0, u64::saturating_add)
    }

    pub(super) fn validate(&self) -> Result<(), Rejection> {
        let bounds = [
            ("ready-seconds", self.ready_seconds, LONGEST),
            ("work-seconds", self.work_seconds, LONGEST),
            ("request-seconds", self.request_seconds, LONGEST),
            ("stop-seconds", self.stop_seconds, LONGEST),
            ("watch-milliseconds", self.watch_milliseconds, LONGEST_WATCH),
            ("sleep-seconds", self.sleep_seconds, LONGEST),
            ("database-stale-hours", self.database_stale_hours, OLDEST),
            ("database-ageing-hours", self.database_ageing_hours, OLDEST),
        ];
        if let Some((key, value, most)) = bounds.into_iter().find(|(_, value, most)| value > most) {
            return Err(out_of_bounds(format!("`limits.{key}` is {value}, and may be {most} at most")));
        }
        if self.run_seconds() > LONGEST_RUN {
            return Err(out_of_bounds(format!(
                "ready, work, sleep and stop together are {} seconds, and may be {LONGEST_RUN} at most",
                self.run_seconds()
            )));
        }
        Ok(())
    }
}

fn out_of_bounds(message: String) -> Rejection {
    Rejection::new("limit-too-large", message).hint("no certification lasts longer than two hours")
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            ready_seconds: 60,
            work_seconds: 600,
            request_seconds: 120,
            stop_seconds: 10,
            watch_milliseconds: 300,
            sleep_seconds: 35,
            database_stale_hours: 120,
            database_ageing_hours: 72,
        }
    }
}
