//! What can happen to a build.

use serde::{Deserialize, Serialize};

use super::BuildAction;

/// Something that moves a build, done by a person or found by the service. Each has one row in the
/// [`TABLE`](super::TABLE).
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum BuildEvent {
    /// A worker reads the image.
    FetchStarted,
    /// Image and manifest can be read and name the engine.
    IntakePassed,
    /// They cannot, or do not.
    IntakeFailed,
    /// A developer hands it in.
    Submit,
    /// The organization's rule hands it in after intake.
    AutoSubmitted,
    /// The submitter takes it back.
    Withdraw,
    /// No known vulnerability stands against it; the rest of the certification goes on.
    SecurityPassed,
    /// A known vulnerability stands against it.
    SecurityFailed,
    /// The certification found nothing against it.
    CertificationPassed,
    /// The certification wants a person to look.
    CertificationHeld,
    /// The certification found something against it.
    CertificationFailed,
    /// The certification broke as often as it is tried; operators have to look.
    CertificationBroken,
    /// The organization's rule approves what passed.
    AutoApproved,
    /// An approver approves.
    Approve,
    /// An approver refuses.
    Disapprove,
    /// An approver lets a refused build be judged anew.
    Reopen,
    /// An approver calls it unfit altogether.
    Invalidate,
    /// A developer puts it into service.
    Deploy,
    /// It is in the runtime store and answers.
    DeploySucceeded,
    /// It could not be copied or started.
    DeployFailed,
    /// A developer takes it out of service.
    Pause,
    /// Another build of the engine takes its place.
    Displaced,
    /// Its engine was disabled.
    EngineDisabled,
    /// A developer puts it back into service.
    Unpause,
    /// Its engine may reach less from now on, so what was judged no longer holds.
    ModelTightened,
    /// A developer deletes it.
    Delete,
}

impl BuildEvent {
    /// Every event.
    pub const ALL: [Self; 26] = [
        Self::FetchStarted,
        Self::IntakePassed,
        Self::IntakeFailed,
        Self::Submit,
        Self::AutoSubmitted,
        Self::Withdraw,
        Self::SecurityPassed,
        Self::SecurityFailed,
        Self::CertificationPassed,
        Self::CertificationHeld,
        Self::CertificationFailed,
        Self::CertificationBroken,
        Self::AutoApproved,
        Self::Approve,
        Self::Disapprove,
        Self::Reopen,
        Self::Invalidate,
        Self::Deploy,
        Self::DeploySucceeded,
        Self::DeployFailed,
        Self::Pause,
        Self::Displaced,
        Self::EngineDisabled,
        Self::Unpause,
        Self::ModelTightened,
        Self::Delete,
    ];

    /// The action that asks for it, when it is one that people ask for.
    pub fn action(self) -> Option<BuildAction> {
        BuildAction::ALL.into_iter().find(|action| action.event() == self)
    }

    /// Whether it has to be given a reason.
    pub fn needs_reason(self) -> bool {
        matches!(self, Self::Disapprove | Self::Invalidate | Self::Reopen)
    }

    /// For what the service finds out: whether it went well for the build.
    pub fn success(self) -> Option<bool> {
        match self {
            Self::IntakePassed
            | Self::SecurityPassed
            | Self::CertificationPassed
            | Self::CertificationHeld
            | Self::DeploySucceeded => Some(true),
            Self::IntakeFailed | Self::SecurityFailed | Self::CertificationFailed | Self::DeployFailed => {
                Some(false)
            }
            _ => None,
        }
    }

    /// The name in the details of the log.
    pub fn key(self) -> String {
        let mut key = format!("{self:?}");
        if let Some(first) = key.get_mut(..1) {
            first.make_ascii_lowercase();
        }
        key
    }
}
