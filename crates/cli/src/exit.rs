//! Exit codes (design, section 4.9).

use std::process::ExitCode;

use assay_app::Refused;
use assay_core::Verdict;

/// How the command ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Exit {
    /// Approved, valid, done: 0.
    Good,
    /// Disapproved, invalid: 1.
    Bad,
    /// Asked wrongly: 2, as clap exits too.
    Usage,
    /// Inconclusive, or a fault: 3.
    Inconclusive,
    /// Ended by this signal: 128 and its number, as shells say it.
    Signalled(u8),
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Good => 0,
            Exit::Bad => 1,
            Exit::Usage => 2,
            Exit::Inconclusive => 3,
            Exit::Signalled(signal) => signal.saturating_add(128),
        })
    }
}

impl From<Verdict> for Exit {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Approved => Self::Good,
            Verdict::Disapproved => Self::Bad,
            Verdict::Inconclusive => Self::Inconclusive,
        }
    }
}

impl From<&Refused> for Exit {
    fn from(refused: &Refused) -> Self {
        match refused {
            Refused::Rejection(_) => Self::Usage,
            Refused::Fault(_) => Self::Inconclusive,
        }
    }
}
