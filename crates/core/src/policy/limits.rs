//! The numbers that checks measure against.

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
