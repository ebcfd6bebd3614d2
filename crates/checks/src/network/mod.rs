//! NET-001…006, 008…010: what an engine tried to reach, and whether all of it was seen. NET-007 needs bait that is not
//! planted yet.

mod attempt;
mod attempts;
mod coverage;
mod evasion;
mod likeness;
mod listeners;
#[cfg(test)]
mod tests;

use assay_core::Finding;

use crate::evidence::{Terms, Witnessed};

/// Judges the runs of one engine: the first against a dead network or the declared hosts, the second, when there is one,
/// against a network that answers.
pub fn judge(runs: &[Witnessed<'_>], terms: &Terms<'_>) -> Vec<Finding> {
    let mut findings = coverage::judge(runs);
    findings.extend(attempts::judge(runs, terms));
    findings.extend(listeners::judge(runs, terms));
    findings.extend(likeness::judge(runs));
    findings.extend(evasion::judge(runs));
    findings
}

/// What is said of the second run.
const ANSWERING: &str = "with a network that answers";
