//! A report judged again: by another policy, or with other waivers, from the evidence the report itself keeps.

use assay_core::report::{Report, Stage};
use assay_core::{Finding, Outcome, Rules};

use super::{Stages, outline};
use crate::conclude::{Judged, Span};

/// The report as it would read under `rules`: every finding with its effect, the verdict and its reasons. What was
/// observed stays as it was. Its own waivers are forgotten; those of the rules count.
pub fn rejudged(report: &Report, rules: &Rules<'_>) -> Report {
    judged_anew(report, &evidence(report), rules)
}

/// The same over evidence that was changed on the way.
pub(crate) fn judged_anew(report: &Report, stages: &Stages, rules: &Rules<'_>) -> Report {
    let judgement = outline(rules, stages);
    Report {
        success: judgement.success,
        errors: judgement.errors,
        verdict: judgement.verdict,
        build_status: judgement.build_status,
        reasons: judgement.reasons,
        policy: judgement.policy,
        stages: judgement.stages,
        findings: judgement.findings,
        waivers: judgement.waivers,
        ..report.clone()
    }
}

/// The outcomes of the checks, as the report tells them.
pub(crate) fn evidence(report: &Report) -> Stages {
    report.stages.iter().map(|stage| (stage.name, judged(report, stage))).collect()
}

fn judged(report: &Report, stage: &Stage) -> Judged {
    let of_it = report.findings.iter().filter(|one| one.stage == stage.name);
    let findings: Vec<Finding> = of_it.map(|one| one.finding.clone()).collect();
    let outcome = match (&stage.fault, &stage.reason) {
        (Some(fault), _) => Outcome::Errored { fault: fault.clone(), findings },
        (None, Some(reason)) => Outcome::Skipped { reason: reason.clone(), asked: stage.left_out },
        (None, None) => Outcome::from_findings(findings),
    };
    let span = stage.started_at.zip(stage.ended_at).map(|(from, to)| Span { from, to });
    Judged { outcome, span }
}
