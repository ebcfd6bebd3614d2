//! What became of the waivers that were at hand.

use assay_core::report::{ReportedFinding, WaiverRef, WaiverUse};
use assay_core::waiver::{Waiver, WaiverStatus};
use assay_core::{Finding, Rules, Severity};

/// Every waiver of the rules with the findings it lifted, or why it lifted none (GOV-001).
pub(super) fn uses(rules: &Rules<'_>, findings: &[ReportedFinding]) -> Vec<WaiverUse> {
    rules.waivers.iter().map(|waiver| used(waiver, rules, findings)).collect()
}

fn used(waiver: &Waiver, rules: &Rules<'_>, findings: &[ReportedFinding]) -> WaiverUse {
    let id = waiver.id.to_string();
    let by_it = |one: &&ReportedFinding| one.waiver.as_ref().is_some_and(|lifted| lifted.id == id);
    let lifted: Vec<String> = findings.iter().filter(by_it).map(|one| one.id.clone()).collect();
    let remark = lifted.is_empty().then(|| idle(waiver, rules, findings));
    WaiverUse { waiver: WaiverRef::from(waiver), code: waiver.code.to_string(), lifted, remark }
}

/// Why it lifted nothing.
fn idle(waiver: &Waiver, rules: &Rules<'_>, findings: &[ReportedFinding]) -> String {
    let broken = |finding: &Finding| finding.code == waiver.code && finding.severity > Severity::Info;
    let of_the_rule: Vec<&ReportedFinding> = findings.iter().filter(|one| broken(&one.finding)).collect();
    let fitting = of_the_rule.iter().any(|one| waiver.narrowing.fits(&one.finding));
    if waiver.status != WaiverStatus::Granted {
        format!("it is {} and not granted", waiver.status.name())
    } else if rules.now >= waiver.expires_at {
        format!("it expired at {}", waiver.expires_at)
    } else if !waiver.code.rule().waivable {
        format!("{} cannot be waived", waiver.code)
    } else if !waiver.covers(&rules.subject) {
        format!("it is for {}", waiver.scope)
    } else if of_the_rule.is_empty() {
        format!("nothing was found under {}", waiver.code)
    } else if !fitting {
        format!("no finding under {} fits it: {}", waiver.code, waiver.narrowing.phrase())
    } else {
        "another waiver lifted the finding already".into()
    }
}
