//! The report of a certification.

use assay_core::Outcome;
use assay_core::report::{NotJudged, Report, SecurityFacts, Vulnerability};
use assay_core::run::RunEvidence;
use jiff::Timestamp;

use super::judge::Case;
use crate::report::{Stages, outline};

/// The report of a finished case that began at `began`.
pub(super) fn write(case: Case<'_>, began: Timestamp) -> Report {
    let rules = case.rules();
    let (facts, vulnerabilities) =
        case.security.map(|scan| (Some(scan.facts), scan.vulnerabilities)).unwrap_or_default();
    let mut report = Report {
        image: case.opened.reference,
        inspect: case.opened.image.as_ref().map(assay_image::Image::inspect).unwrap_or_default(),
        engine_id: case
            .manifest
            .effective
            .as_ref()
            .map(|manifest| manifest.engine_id.clone())
            .unwrap_or_default(),
        upload_time: began.as_millisecond(),
        test_log: case.first_run.map(|run| log(&run.evidence)).unwrap_or_default(),
        profile: case.request.profile.clone(),
        subject: case.opened.subject,
        not_judged: not_judged(case.not_judged, &case.stages),
        manifest: case.manifest.raw,
        effective_manifest: case.manifest.effective,
        network: case.network,
        output: case.output,
        performance: case.performance,
        base: case.base,
        ..outline(&rules, &case.stages)
    };
    tell_vulnerabilities(&mut report, facts, vulnerabilities);
    report
}

fn not_judged(mut list: Vec<NotJudged>, stages: &Stages) -> Vec<NotJudged> {
    for (check, judged) in stages {
        if let Outcome::Skipped { reason, .. } = &judged.outcome {
            list.push(NotJudged { what: format!("check {}", check.name()), why: reason.clone() });
        }
    }
    list.sort_by(|one, other| (&one.what, &one.why).cmp(&(&other.what, &other.why)));
    list.dedup();
    list
}

fn log(evidence: &RunEvidence) -> Vec<String> {
    evidence.logs.iter().map(|line| line.text.clone()).collect()
}

fn tell_vulnerabilities(report: &mut Report, facts: Option<SecurityFacts>, list: Vec<Vulnerability>) {
    for one in &list {
        *report.vulnerability_counts.entry(one.severity.clone()).or_default() += 1;
    }
    report.vulnerabilities = list;
    report.security = facts;
}
