//! The sentences that say why.

use std::collections::BTreeSet;

use assay_core::catalogue::Effect;
use assay_core::report::ReportedFinding;
use assay_core::{Check, Outcome, Rules, Verdict};

use super::Stages;

/// One line for each finding that stands against the build, and for each fault.
pub(super) fn errors(findings: &[ReportedFinding], stages: &Stages) -> Vec<String> {
    let broken = stages.values().filter_map(|judged| match &judged.outcome {
        Outcome::Errored { fault, .. } => Some(fault.to_string()),
        _ => None,
    });
    let against = findings.iter().filter(|one| one.effect >= Effect::Review);
    against.map(|one| format!("{}: {}", one.finding.code, one.finding.observed)).chain(broken).collect()
}

/// Why the verdict is what it is, weightiest first; each broken rule once.
pub(super) fn reasons(
    verdict: Verdict,
    findings: &[ReportedFinding],
    stages: &Stages,
    rules: &Rules<'_>,
) -> Vec<String> {
    if verdict == Verdict::Approved {
        let clean = format!("nothing found stands against it under the policy `{}`", rules.policy.name);
        let left_out = stages.iter().filter_map(|(check, judged)| left_out(*check, &judged.outcome));
        return std::iter::once(clean).chain(waived(findings)).chain(left_out).collect();
    }
    let against: Vec<&ReportedFinding> = findings.iter().filter(|one| one.effect >= Effect::Review).collect();
    let rule_reasons =
        against.chunk_by(|one, next| one.finding.code == next.finding.code).filter_map(rule_reason);
    // Once something is proven wrong, what could not be seen adds nothing.
    let doubtful = stages.iter().filter(|_| verdict == Verdict::Inconclusive);
    let unfinished = doubtful.filter(|(check, judged)| rules.is_unfinished(**check, &judged.outcome));
    let unfinished = unfinished.filter_map(|(check, judged)| unfinished_reason(*check, &judged.outcome));
    rule_reasons.chain(unfinished).collect()
}

fn waived(findings: &[ReportedFinding]) -> Option<String> {
    let waivers: BTreeSet<&str> =
        findings.iter().filter_map(|one| one.waiver.as_ref()).map(|waiver| waiver.id.as_str()).collect();
    let lifted = findings.iter().filter(|one| one.waiver.is_some()).count();
    match (lifted, waivers.len()) {
        (0, _) => None,
        (1, _) => Some("1 finding is lifted by a waiver".into()),
        (_, 1) => Some(format!("{lifted} findings are lifted by a waiver")),
        (_, waivers) => Some(format!("{lifted} findings are lifted by {waivers} waivers")),
    }
}

fn rule_reason(alike: &[&ReportedFinding]) -> Option<String> {
    let first = &alike.first()?.finding;
    let more = match alike.len() - 1 {
        0 => String::new(),
        more => format!(" (and {more} more of the kind)"),
    };
    Some(format!("{}: {}{more}", first.code, first.observed))
}

/// Why a check that had to conclude did not.
fn unfinished_reason(check: Check, outcome: &Outcome) -> Option<String> {
    match outcome {
        Outcome::Errored { fault, .. } => Some(format!("the {} check broke: {fault}", check.name())),
        Outcome::Skipped { reason, asked: false } => {
            Some(format!("the {} check was not possible: {reason}", check.name()))
        }
        _ => left_out(check, outcome),
    }
}

fn left_out(check: Check, outcome: &Outcome) -> Option<String> {
    let asked = matches!(outcome, Outcome::Skipped { asked: true, .. });
    asked.then(|| format!("the {} check was left out, as asked: nothing is known of it", check.name()))
}
