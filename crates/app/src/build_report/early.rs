//! Reports of runs that ended before they had judged everything.

use std::collections::BTreeMap;

use assay_core::report::Report;
use assay_core::{Check, Fault, Outcome, Policy, Rules};

use crate::conclude::Judged;
use crate::report::outline;

/// A report of a run that `fault` broke before anything was judged.
pub fn broken(policy: &Policy, fault: &Fault) -> Report {
    let outcome = Outcome::Errored { fault: fault.clone(), findings: Vec::new() };
    let why = "the run broke before it came to this";
    Report { success: false, ..judged_in_part(&Rules::of(policy), [(Check::Image, outcome)], why) }
}

/// A report of what was judged until a run ended, as intake does that finds an image or a manifest unfit. Checks without
/// an outcome were not made, for the reason `why`.
pub fn judged_in_part(
    rules: &Rules<'_>,
    outcomes: impl IntoIterator<Item = (Check, Outcome)>,
    why: &str,
) -> Report {
    let judged = |(check, outcome)| (check, Judged { outcome, span: None });
    let mut stages: BTreeMap<Check, Judged> = outcomes.into_iter().map(judged).collect();
    for check in Check::ALL {
        stages.entry(check).or_insert_with(|| Judged::impossible(why));
    }
    outline(rules, &stages)
}

/// A report of a build of which nothing is judged, for the reason `why`.
pub fn unjudged(policy: &Policy, why: &str) -> Report {
    let report = judged_in_part(&Rules::of(policy), [], why);
    Report { reasons: vec![format!("nothing was judged: {why}")], ..report }
}
