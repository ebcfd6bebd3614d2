//! The order of findings in a report.

use assay_core::report::{ReportedFinding, WaiverRef};
use assay_core::{Check, Finding, Place, Rules};

use super::Stages;

/// Where the rules are explained.
const DOCS: &str = "docs/checks.md";

/// All findings with their effects, weightiest first, then by check, rule and place.
pub(super) fn reported(stages: &Stages, rules: &Rules<'_>) -> Vec<ReportedFinding> {
    let mut all: Vec<ReportedFinding> = stages
        .iter()
        .flat_map(|(check, judged)| judged.outcome.findings().iter().map(|finding| (*check, finding)))
        .map(|(stage, finding)| ruled(stage, finding, rules))
        .collect();
    all.sort_by(|one, other| other.effect.cmp(&one.effect).then_with(|| order(one).cmp(&order(other))));
    for (at, one) in all.iter_mut().enumerate() {
        one.id = format!("F{}", at + 1);
    }
    all
}

fn ruled(stage: Check, finding: &Finding, rules: &Rules<'_>) -> ReportedFinding {
    let ruling = rules.ruling(finding);
    ReportedFinding {
        id: String::new(),
        stage,
        effect: ruling.effect,
        waiver: ruling.waiver.map(WaiverRef::from),
        fingerprint: finding.fingerprint(),
        docs: format!("{DOCS}#{}", finding.code.anchor()),
        finding: finding.clone(),
    }
}

/// What a finding is sorted by. Times stay out of it: they differ from run to run.
fn order(one: &ReportedFinding) -> impl Ord + use<'_> {
    let Place { document, pointer, line, column, layer, path, package, input, .. } = &one.finding.place;
    let place = (document, line, column, pointer, path, package, layer, input);
    (one.stage, one.finding.code, place, &one.finding.observed)
}
