//! What of all that happens is worth a letter, and to whom.

use assay_core::build::{BuildEvent, LifecycleEvent};
use assay_core::ledger::Transaction;
use assay_core::notice::{Audience, names};
use assay_core::{BuildStatus, Refused};

use super::wording::is;

/// An event that people are told of by e-mail.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Occasion {
    /// The image or its manifest cannot be used.
    IntakeFailed,
    /// A check stands against the build.
    CertificationFailed,
    /// Certified; a person has to decide.
    AwaitingApproval,
    /// Approved, by a person or the organization's rule.
    Approved,
    /// A person refused it.
    Disapproved,
    /// A person called it unfit.
    Invalidated,
    /// Its judgement no longer holds.
    Recertify,
    /// Live.
    Deployed,
    /// Not live: it could not be copied or started.
    DeployFailed,
    /// Waits for a person for a day.
    ApprovalReminder,
    /// Waits for a person for longer than was promised.
    ApprovalOverdue,
    /// Our own trouble keeps it from being judged.
    CertificationBroken,
}

impl Occasion {
    /// The occasion `event` gives; most events give none.
    pub fn of(records: &dyn Transaction, event: &LifecycleEvent) -> Result<Option<Self>, Refused> {
        let refused =
            [BuildStatus::Disapproved, BuildStatus::Invalid].iter().any(|status| status.name() == event.to);
        Ok(match event.name.as_str() {
            names::MANIFEST_PROCESSED if refused => Some(Self::IntakeFailed),
            names::VULNERABILITY_CHECKED if refused => Some(Self::CertificationFailed),
            names::TEST_REPORT_DONE if refused => Some(Self::CertificationFailed),
            names::TEST_REPORT_DONE => awaits_a_person(records, event)?.then_some(Self::AwaitingApproval),
            names::APPROVED => Some(Self::Approved),
            names::DISAPPROVE => Some(Self::Disapproved),
            names::INVALIDATE => Some(Self::Invalidated),
            names::RECERTIFY => Some(Self::Recertify),
            names::DEPLOY_SUCCESS => Some(Self::Deployed),
            names::DEPLOY_FAIL => Some(Self::DeployFailed),
            names::APPROVAL_REMINDER => Some(Self::ApprovalReminder),
            names::APPROVAL_OVERDUE => Some(Self::ApprovalOverdue),
            names::CERTIFICATION_BROKEN => Some(Self::CertificationBroken),
            _ => None,
        })
    }

    /// Who is told (lifecycle.md §4). What fails is the developer's matter; what passes is the developer's alone where it
    /// is approved by rule, and everybody's who can approve where a person has to.
    pub fn audiences(self) -> &'static [Audience] {
        use Audience::{Approver, Developer, Operator};
        match self {
            Self::AwaitingApproval => &[Approver, Operator, Developer],
            Self::ApprovalReminder => &[Approver],
            Self::ApprovalOverdue => &[Approver, Operator],
            Self::CertificationBroken => &[Operator],
            _ => &[Developer],
        }
    }

    /// Whether the report's findings belong into the letter.
    pub fn tells_findings(self) -> bool {
        matches!(
            self,
            Self::IntakeFailed
                | Self::CertificationFailed
                | Self::AwaitingApproval
                | Self::Approved
                | Self::ApprovalReminder
                | Self::ApprovalOverdue
        )
    }
}

/// Whether a certified build waits for a person. Where the organization approves by rule, the approval follows in the same
/// breath and is what the developer is told.
fn awaits_a_person(records: &dyn Transaction, event: &LifecycleEvent) -> Result<bool, Refused> {
    let by_rule = records.organization(event.org)?.is_some_and(|org| org.settings.auto_approve);
    Ok(!(by_rule && is(event, BuildEvent::CertificationPassed)))
}
