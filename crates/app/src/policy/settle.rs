//! What a certification comes to for a build: the event that its report calls for.

use assay_core::build::BuildEvent;
use assay_core::ledger::Transaction;
use assay_core::report::Report;
use assay_core::{OrgId, Policy, Refused, Verdict};

use crate::build::Judgement;

/// The event that a certification's report calls for, and why.
#[derive(Clone, PartialEq, Debug)]
pub struct Settlement {
    /// `CertificationPassed`, `CertificationHeld` or `CertificationFailed`.
    pub event: BuildEvent,
    /// Why, one sentence for lists: the weightiest reasons.
    pub reason: String,
}

/// What `report` calls for. Where the organization approves by rule, a report to which the policy's rule for automatic
/// approval objects is held for a person, though nothing stands against the engine.
///
/// # Errors
/// Faults of the store.
pub fn settlement(
    records: &dyn Transaction,
    org: OrgId,
    policy: &Policy,
    report: &Report,
) -> Result<Settlement, Refused> {
    let by_rule = records.organization(org)?.is_some_and(|org| org.settings.auto_approve);
    Ok(settled(report, policy, by_rule))
}

fn settled(report: &Report, policy: &Policy, by_rule: bool) -> Settlement {
    let objections = if by_rule { policy.auto_approval.objections(report) } else { Vec::new() };
    let (event, reasons) = match report.verdict {
        Verdict::Disapproved => (BuildEvent::CertificationFailed, &report.reasons),
        Verdict::Inconclusive => (BuildEvent::CertificationHeld, &report.reasons),
        Verdict::Approved if objections.is_empty() => (BuildEvent::CertificationPassed, &report.reasons),
        Verdict::Approved => (BuildEvent::CertificationHeld, &objections),
    };
    Settlement { event, reason: reasons.iter().take(3).cloned().collect::<Vec<_>>().join("; ") }
}

/// What to write into the build's row of a report that is kept under `digest`.
pub fn judgement(report: &Report, digest: assay_core::Digest) -> Judgement {
    let policy = format!("{}@{}", report.policy.name, report.policy.number);
    Judgement { report: Some(digest), verdict: Some(report.verdict), policy: Some(policy) }
}

#[cfg(test)]
mod tests {
    use assay_core::policy::AutoApproval;
    use assay_core::{Check, Code, Finding};

    use super::*;
    use crate::report::of_document;

    fn event(findings: Vec<Finding>, auto_approval: AutoApproval, by_rule: bool) -> BuildEvent {
        let policy = Policy { auto_approval, ..Policy::default() };
        settled(&of_document("x", Check::Manifest, findings, &policy), &policy, by_rule).event
    }

    #[test]
    fn the_verdict_decides_and_the_rule_for_automatic_approval_holds_back() {
        let bad = || vec![Finding::error(Code::MAN_007, "seen", "wanted")];
        let doubtful = || vec![Finding::error(Code::SEC_002, "seen", "wanted")];
        let warned = || vec![Finding::warning(Code::MAN_027, "seen", "wanted")];
        let usual = AutoApproval::default;
        let careful = || AutoApproval { warnings_at_most: Some(0), ..AutoApproval::default() };
        assert_eq!(event(bad(), usual(), true), BuildEvent::CertificationFailed);
        assert_eq!(event(doubtful(), usual(), true), BuildEvent::CertificationHeld);
        assert_eq!(event(warned(), usual(), true), BuildEvent::CertificationPassed);
        assert_eq!(event(warned(), careful(), true), BuildEvent::CertificationHeld);
        assert_eq!(
            event(warned(), careful(), false),
            BuildEvent::CertificationPassed,
            "a person looks anyway"
        );
        let never = AutoApproval { enabled: false, ..AutoApproval::default() };
        assert_eq!(event(vec![], never, true), BuildEvent::CertificationHeld);
    }
}
