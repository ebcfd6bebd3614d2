//! The sentences that say why.

use assay_core::catalogue::Effect;
use assay_core::report::ReportedFinding;
use assay_core::{Check, Outcome, Policy, Verdict};

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
    policy: &Policy,
) -> Vec<String> {
    if verdict == Verdict::Approved {
        let clean = format!("nothing found stands against it under the policy `{}`", policy.name);
        let left_out = stages.iter().filter_map(|(check, judged)| left_out(*check, &judged.outcome));
        return std::iter::once(clean).chain(left_out).collect();
    }
    let against: Vec<&ReportedFinding> = findings.iter().filter(|one| one.effect >= Effect::Review).collect();
    let rules = against.chunk_by(|one, next| one.finding.code == next.finding.code).filter_map(rule_reason);
    // Once something is proven wrong, what could not be seen adds nothing.
    let doubtful = stages.iter().filter(|_| verdict == Verdict::Inconclusive);
    let unfinished = doubtful.filter_map(|(check, judged)| unfinished_reason(*check, &judged.outcome));
    rules.chain(unfinished).collect()
}

fn rule_reason(alike: &[&ReportedFinding]) -> Option<String> {
    let first = &alike.first()?.finding;
    let more = match alike.len() - 1 {
        0 => String::new(),
        more => format!(" (and {more} more of the kind)"),
    };
    Some(format!("{}: {}{more}", first.code, first.observed))
}

fn unfinished_reason(check: Check, outcome: &Outcome) -> Option<String> {
    match outcome {
        Outcome::Errored { fault, .. } => Some(format!("the {} check broke: {fault}", check.name())),
        Outcome::Skipped { reason, asked: false } if check.required() => {
            Some(format!("the {} check was not possible: {reason}", check.name()))
        }
        _ if !check.may_be_left_out() => left_out(check, outcome),
        _ => None,
    }
}

fn left_out(check: Check, outcome: &Outcome) -> Option<String> {
    let asked = matches!(outcome, Outcome::Skipped { asked: true, .. });
    asked.then(|| format!("the {} check was left out, as asked: nothing is known of it", check.name()))
}
