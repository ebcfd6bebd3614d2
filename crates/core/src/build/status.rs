//! The twelve build statuses (GraphQL `BuildStatus`, lifecycle.md §1).

use serde::{Deserialize, Serialize};

/// Where a build stands.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum BuildStatus {
    /// The bytes are here; nothing is read yet.
    Uploaded,
    /// Intake: image and manifest are being read.
    Fetching,
    /// Intake passed; may be submitted.
    Available,
    /// Intake failed, or an approver said so.
    Invalid,
    /// Submitted: being judged, or waiting for a person.
    Pending,
    /// Certified and approved; may be deployed.
    Approved,
    /// Refused, by a check or a person.
    Disapproved,
    /// Being copied to the runtime store and tried.
    Deploying,
    /// Live; at most one of an engine.
    Deployed,
    /// Copying or starting failed.
    DeployFailed,
    /// Was live; takes no new jobs.
    Paused,
    /// Gone from lists.
    Deleted,
}

impl BuildStatus {
    /// Every status.
    pub const ALL: [Self; 12] = [
        Self::Uploaded,
        Self::Fetching,
        Self::Available,
        Self::Invalid,
        Self::Pending,
        Self::Approved,
        Self::Disapproved,
        Self::Deploying,
        Self::Deployed,
        Self::DeployFailed,
        Self::Paused,
        Self::Deleted,
    ];

    /// The name in the public API and in the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Uploaded => "uploaded",
            Self::Fetching => "fetching",
            Self::Available => "available",
            Self::Invalid => "invalid",
            Self::Pending => "pending",
            Self::Approved => "approved",
            Self::Disapproved => "disapproved",
            Self::Deploying => "deploying",
            Self::Deployed => "deployed",
            Self::DeployFailed => "deployFailed",
            Self::Paused => "paused",
            Self::Deleted => "deleted",
        }
    }

    /// The status of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.name() == name)
    }

    /// Whether an engine with such a build counts as ready (lifecycle.md rule 6.2).
    pub fn is_usable(self) -> bool {
        matches!(
            self,
            Self::Available
                | Self::Pending
                | Self::Approved
                | Self::Paused
                | Self::Deploying
                | Self::DeployFailed
                | Self::Deployed
        )
    }
}

/// Where a pending build stands; `none` in every other status.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BuildStage {
    /// Not pending.
    #[default]
    None,
    /// Being judged.
    Certification,
    /// Certified; waits for a person.
    AwaitingApproval,
}

impl BuildStage {
    /// The name in the database and in answers.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Certification => "certification",
            Self::AwaitingApproval => "awaiting-approval",
        }
    }

    /// The stage of this name.
    pub fn named(name: &str) -> Option<Self> {
        [Self::None, Self::Certification, Self::AwaitingApproval]
            .into_iter()
            .find(|stage| stage.name() == name)
    }
}
