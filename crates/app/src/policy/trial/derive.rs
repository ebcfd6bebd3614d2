//! The evidence of a report as another policy's checks would have found it, as far as the report itself tells.

use std::collections::BTreeMap;

use assay_core::policy::{Grade, TrustedBase, is_about_trust, untrusted};
use assay_core::report::{Report, Vulnerability};
use assay_core::{Check, Code, Finding, Outcome, Place, Policy, Severity};

use crate::conclude::Judged;
use crate::policy::differences;
use crate::report::{Stages, evidence};

/// A report lists at most so many vulnerabilities.
const LISTED: usize = 20_000;

/// Evidence, and what it cannot tell.
pub(super) struct Derived {
    /// Outcomes of the checks.
    pub(super) stages: Stages,
    /// One sentence each.
    pub(super) untold: Vec<String>,
}

/// The evidence of `report` under `policy`. `before` is the policy it was judged by, when that is known.
pub(super) fn under(report: &Report, policy: &Policy, before: Option<&Policy>) -> Derived {
    let mut derived = Derived { stages: evidence(report), untold: limits(policy, before) };
    if before.is_none_or(|before| before.thresholds != policy.thresholds) {
        derived.draw_the_line(report, policy);
    }
    if before.is_none_or(|before| before.trusted_bases != policy.trusted_bases) {
        derived.distrust(report, &policy.trusted_bases);
    }
    derived.leave_out(policy);
    derived
}

/// Limits are measured against while an engine runs; reports do not keep enough to measure again.
fn limits(policy: &Policy, before: Option<&Policy>) -> Vec<String> {
    let Some(before) = before else {
        return vec![
            "the policy judged by is not known here: whether other limits change anything takes a new run"
                .into(),
        ];
    };
    let differing = differences(before, policy).unwrap_or_default();
    let limits = differing.iter().filter(|one| one.key.starts_with("limits."));
    limits
        .map(|one| {
            format!(
                "`{}` {} instead of {}: what that changes takes a new run",
                one.key, one.after, one.before
            )
        })
        .collect()
}

impl Derived {
    /// SEC-001 and SEC-002 by the policy's thresholds, from the vulnerabilities that the report lists.
    fn draw_the_line(&mut self, report: &Report, policy: &Policy) {
        let Some(findings) = self.findings(Check::Security) else { return };
        let (told, rest) = std::mem::take(findings).into_iter().partition(is_of_threshold);
        *findings = rest;
        findings.extend(breaking(&report.vulnerabilities, &told, policy));
        self.conclude(Check::Security);
        if report.vulnerabilities.len() >= LISTED {
            self.untold
                .push(format!("reports list at most {LISTED} vulnerabilities; of more nothing is known"));
        }
    }

    /// IMG-008 by the policy's list.
    fn distrust(&mut self, report: &Report, trusted: &[TrustedBase]) {
        let Some(findings) = self.findings(Check::Hygiene) else { return };
        findings.retain(|one| !is_about_trust(one));
        let lowest = report.subject.layers.first().map(|layer| &layer.diff_id);
        findings.extend(untrusted(trusted, report.base.as_ref(), lowest));
        self.conclude(Check::Hygiene);
    }

    fn leave_out(&mut self, policy: &Policy) {
        for check in &policy.checks.left_out {
            self.stages.insert(*check, Judged::left_out("the policy leaves it out"));
        }
        for check in Check::ALL {
            let missing = matches!(
                self.stages.get(&check).map(|judged| &judged.outcome),
                Some(Outcome::Skipped { asked: true, .. })
            );
            if missing && !policy.checks.left_out.contains(&check) {
                self.untold
                    .push(format!("the {} check was left out: its outcome takes a new run", check.name()));
            }
        }
    }

    fn findings(&mut self, check: Check) -> Option<&mut Vec<Finding>> {
        match &mut self.stages.get_mut(&check)?.outcome {
            Outcome::Passed { findings }
            | Outcome::Failed { findings }
            | Outcome::Errored { findings, .. } => Some(findings),
            Outcome::Skipped { .. } => None,
        }
    }

    /// Passed or failed anew, after findings have changed.
    fn conclude(&mut self, check: Check) {
        let Some(judged) = self.stages.get_mut(&check) else { return };
        if let Outcome::Passed { findings } | Outcome::Failed { findings } = &mut judged.outcome {
            judged.outcome = Outcome::from_findings(std::mem::take(findings));
        }
    }
}

/// Whether the finding is one that thresholds decide about. The count of unrated vulnerabilities, a warning under
/// SEC-001, is not.
fn is_of_threshold(finding: &Finding) -> bool {
    match finding.code {
        Code::SEC_001 => finding.severity == Severity::Error,
        Code::SEC_002 => finding.severity > Severity::Info,
        _ => false,
    }
}

/// The findings for those of the listed vulnerabilities that stand under the policy. What the report has `told` of one
/// stays in its words.
fn breaking(listed: &[Vulnerability], told: &[Finding], policy: &Policy) -> Vec<Finding> {
    let thresholds = &policy.thresholds;
    // Packages built from one source share version and vulnerability; they are one finding, as in the check.
    let mut broken: BTreeMap<(Code, &str, &str), &Vulnerability> = BTreeMap::new();
    for one in listed {
        if let Some(code) = thresholds.broken(Grade::of_report(&one.severity), !one.fixed_by.is_empty()) {
            broken.entry((code, &one.name, &one.version)).or_insert(one);
        }
    }
    let unfixed = broken.keys().filter(|(code, ..)| *code == Code::SEC_002).count();
    let tolerated = thresholds.tolerate_unfixed(unfixed);
    let finding = |((code, ..), one): ((Code, &str, &str), &Vulnerability)| {
        let before = told.iter().find(|finding| finding.code == code && is_of(finding, one));
        let mut finding = before.cloned().unwrap_or_else(|| newly(code, one, policy));
        let tolerated = tolerated && code == Code::SEC_002;
        finding.severity = if tolerated { Severity::Warning } else { Severity::Error };
        finding
    };
    broken.into_iter().map(finding).collect()
}

fn is_of(finding: &Finding, one: &Vulnerability) -> bool {
    finding.place.package.as_ref() == Some(&one.package) && finding.observed.contains(&one.name)
}

fn newly(code: Code, one: &Vulnerability, policy: &Policy) -> Finding {
    let observed = format!("{} has {} ({})", one.package, one.name, one.severity.to_lowercase());
    let place = Place { package: Some(one.package.clone()), ..Place::path(one.path.clone()) };
    let finding = Finding::error(code, observed, policy.thresholds.expected(code)).at(place);
    if one.fixed_by.is_empty() { finding } else { finding.fix(format!("upgrade to {}", one.fixed_by)) }
}
