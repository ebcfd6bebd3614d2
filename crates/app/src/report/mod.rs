//! Writes down what the rooms said: one report, ordered so that the same judgement always reads the same.

mod again;
mod kept;
mod order;
mod reasons;
mod waivers;

use std::collections::BTreeMap;

use assay_core::catalogue::Effect;
use assay_core::report::{PolicyRef, Report, ReportedFinding, SCHEMA_VERSION, Stage, Subject};
use assay_core::{Check, Finding, Outcome, Policy, Rules, Verdict};

use crate::conclude::Judged;
use order::reported;
use reasons::{errors, reasons};

pub use again::rejudged;
pub(crate) use again::{evidence, judged_anew};
pub use kept::{MEDIA_TYPE, keep, stored};

/// Checks and what they came to.
pub(crate) type Stages = BTreeMap<Check, Judged>;

/// A report of one check over a document that is no image, so that a lone manifest or output can be told in every form
/// a report has.
pub fn of_document(name: &str, check: Check, findings: Vec<Finding>, policy: &Policy) -> Report {
    let judged = Judged { outcome: Outcome::from_findings(findings), span: None };
    Report { image: name.to_owned(), ..outline(&Rules::of(policy), &BTreeMap::from([(check, judged)])) }
}

/// A report with its judgement and nothing else.
pub(crate) fn outline(rules: &Rules<'_>, stages: &Stages) -> Report {
    let policy = rules.policy;
    let verdict = rules.verdict(stages.iter().map(|(check, judged)| (*check, &judged.outcome)));
    let findings = reported(stages, rules);
    Report {
        schema_version: SCHEMA_VERSION,
        engine_id: String::new(),
        build: String::new(),
        upload_time: 0,
        user: String::new(),
        image: String::new(),
        inspect: serde_json::Value::Null,
        vulnerabilities: Vec::new(),
        vulnerability_counts: BTreeMap::new(),
        test_log: Vec::new(),
        success: !findings.iter().any(|one| one.effect >= Effect::Disapprove),
        errors: errors(&findings, stages),
        verdict,
        build_status: build_status(verdict, &findings).into(),
        reasons: reasons(verdict, &findings, stages, rules),
        assay_version: env!("CARGO_PKG_VERSION").into(),
        policy: PolicyRef { number: policy.number, name: policy.name.clone() },
        profile: assay_core::EngineProfile::default(),
        subject: Subject {
            digest: None,
            platform: None,
            compressed_bytes: 0,
            unpacked_bytes: 0,
            layers: Vec::new(),
        },
        stages: stages.iter().map(|(check, judged)| stage(*check, judged, &findings)).collect(),
        waivers: waivers::uses(rules, &findings),
        findings,
        not_judged: Vec::new(),
        base: None,
        manifest: None,
        effective_manifest: None,
        security: None,
        network: None,
        output: None,
        performance: None,
        benchmark: None,
        approval: None,
        lifecycle: None,
    }
}

fn stage(check: Check, judged: &Judged, findings: &[ReportedFinding]) -> Stage {
    let (reason, fault) = match &judged.outcome {
        Outcome::Skipped { reason, .. } => (Some(reason.clone()), None),
        Outcome::Errored { fault, .. } => (None, Some(fault.clone())),
        Outcome::Passed { .. } | Outcome::Failed { .. } => (None, None),
    };
    let left_out = matches!(judged.outcome, Outcome::Skipped { asked: true, .. });
    Stage {
        name: check,
        status: status(&judged.outcome, check, findings).into(),
        reason,
        left_out,
        fault,
        started_at: judged.span.map(|span| span.from),
        ended_at: judged.span.map(|span| span.to),
        findings: findings.iter().filter(|one| one.stage == check).map(|one| one.id.clone()).collect(),
    }
}

/// A broken rule of which the policy only warns does not make its check a failed one.
fn status(outcome: &Outcome, check: Check, findings: &[ReportedFinding]) -> &'static str {
    let against = |one: &ReportedFinding| one.stage == check && one.effect >= Effect::Review;
    match outcome {
        Outcome::Failed { .. } if !findings.iter().any(against) => "passed",
        _ => outcome.status(),
    }
}

/// The build status a verdict leads to (lifecycle.md §5): a bad upload is invalid, doubt leaves it pending.
fn build_status(verdict: Verdict, findings: &[ReportedFinding]) -> &'static str {
    match verdict {
        _ if findings.iter().any(|one| one.effect == Effect::Invalid) => "invalid",
        Verdict::Approved => "approved",
        Verdict::Disapproved => "disapproved",
        Verdict::Inconclusive => "pending",
    }
}

#[cfg(test)]
mod tests {
    use assay_core::{Code, Fault, Place};

    use super::*;

    fn judged(outcome: Outcome) -> Judged {
        Judged { outcome, span: None }
    }

    fn stages(outcomes: Vec<(Check, Outcome)>) -> Stages {
        outcomes.into_iter().map(|(check, outcome)| (check, judged(outcome))).collect()
    }

    fn told(stages: &Stages) -> Report {
        outline(&Rules::of(&Policy::default()), stages)
    }

    #[test]
    fn findings_stand_by_weight_then_place_whatever_order_they_came_in() {
        let at = |line| Place::pointer("m", "/x").line_column(line, 1);
        let one = Finding::error(Code::MAN_008, "b", "x").at(at(9));
        let two = Finding::error(Code::MAN_008, "a", "x").at(at(2));
        let three = Finding::warning(Code::MAN_027, "c", "x").at(at(1));
        let there =
            vec![(Check::Manifest, Outcome::from_findings(vec![three.clone(), one.clone(), two.clone()]))];
        let back = vec![(Check::Manifest, Outcome::from_findings(vec![two, one, three]))];
        let (there, back) = (told(&stages(there)), told(&stages(back)));
        assert_eq!(there, back);
        let seen: Vec<_> =
            there.findings.iter().map(|one| (one.id.as_str(), one.finding.observed.as_str())).collect();
        assert_eq!(seen, [("F1", "a"), ("F2", "b"), ("F3", "c")]);
        assert_eq!(there.reasons, ["MAN-008: a (and 1 more of the kind)"]);
        assert_eq!((there.build_status.as_str(), there.success), ("invalid", false));
    }

    #[test]
    fn a_rule_of_which_the_policy_only_warns_fails_no_check() {
        let failed = |code| Outcome::Failed { findings: vec![Finding::error(code, "seen", "wanted")] };
        let report = told(&stages(vec![
            (Check::Hygiene, failed(Code::IMG_006)),
            (Check::Security, failed(Code::SEC_002)),
        ]));
        let statuses: Vec<&str> = report.stages.iter().map(|stage| stage.status.as_str()).collect();
        assert_eq!(statuses, ["passed", "failed"]);
    }

    #[test]
    fn a_broken_check_leaves_the_build_pending_and_is_told() {
        let fault = Fault::new("sandbox", "mounting", "no");
        let report = told(&stages(vec![
            (Check::Image, Outcome::Passed { findings: vec![] }),
            (Check::Network, Outcome::Errored { fault, findings: vec![] }),
            (Check::Build, Outcome::Skipped { reason: "no run".into(), asked: false }),
        ]));
        assert_eq!(report.verdict, Verdict::Inconclusive);
        assert_eq!((report.build_status.as_str(), report.success), ("pending", true));
        assert_eq!(report.errors, ["mounting: no"]);
        assert_eq!(
            report.reasons,
            ["the network check broke: mounting: no", "the build check was not possible: no run"]
        );
    }
}
