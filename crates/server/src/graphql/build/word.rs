//! Words of the public schema about builds.

use assay_core::build::{BuildAction, MenuEntry};
use assay_core::push::PushReason;
use assay_core::{BuildStage, BuildStatus, Verdict};
use async_graphql::Enum;

/// Where a build stands.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(name = "BuildStatus", rename_items = "camelCase", remote = "BuildStatus")]
pub(crate) enum BuildStatusWord {
    Uploaded,
    Fetching,
    Available,
    Invalid,
    Pending,
    Approved,
    Disapproved,
    Deploying,
    Deployed,
    DeployFailed,
    Paused,
    Deleted,
}

/// Where a pending build stands.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(name = "BuildStage", rename_items = "camelCase", remote = "BuildStage")]
pub(super) enum BuildStageWord {
    None,
    Certification,
    AwaitingApproval,
}

/// What a certification came to.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(name = "Verdict", rename_items = "lowercase", remote = "Verdict")]
pub(super) enum VerdictWord {
    Approved,
    Disapproved,
    Inconclusive,
}

/// What can be done with a build, and what stands in its menu besides.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(rename_items = "camelCase")]
pub(super) enum BuildStateAction {
    Submit,
    Withdraw,
    Approve,
    Disapprove,
    Reopen,
    Invalidate,
    Deploy,
    Pause,
    Unpause,
    Delete,
    DownloadReport,
}

impl From<BuildAction> for BuildStateAction {
    fn from(action: BuildAction) -> Self {
        match action {
            BuildAction::Submit => Self::Submit,
            BuildAction::Withdraw => Self::Withdraw,
            BuildAction::Approve => Self::Approve,
            BuildAction::Disapprove => Self::Disapprove,
            BuildAction::Reopen => Self::Reopen,
            BuildAction::Invalidate => Self::Invalidate,
            BuildAction::Deploy => Self::Deploy,
            BuildAction::Pause => Self::Pause,
            BuildAction::Unpause => Self::Unpause,
            BuildAction::Delete => Self::Delete,
        }
    }
}

impl From<MenuEntry> for BuildStateAction {
    fn from(entry: MenuEntry) -> Self {
        match entry {
            MenuEntry::Do(action) => action.into(),
            MenuEntry::DownloadReport => Self::DownloadReport,
        }
    }
}

/// What `updateEngineBuild` is asked to do. `withdraw` and `reopen` are extensions of ours.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(rename_items = "camelCase")]
pub(super) enum BuildUpdateAction {
    Submit,
    Deploy,
    Pause,
    Unpause,
    Approve,
    Disapprove,
    Invalidate,
    Upload,
    Delete,
    Withdraw,
    Reopen,
}

impl BuildUpdateAction {
    /// The action at home; none for `upload`, which the registry does.
    pub(super) fn action(self) -> Option<BuildAction> {
        Some(match self {
            Self::Submit => BuildAction::Submit,
            Self::Deploy => BuildAction::Deploy,
            Self::Pause => BuildAction::Pause,
            Self::Unpause => BuildAction::Unpause,
            Self::Approve => BuildAction::Approve,
            Self::Disapprove => BuildAction::Disapprove,
            Self::Invalidate => BuildAction::Invalidate,
            Self::Delete => BuildAction::Delete,
            Self::Withdraw => BuildAction::Withdraw,
            Self::Reopen => BuildAction::Reopen,
            Self::Upload => return None,
        })
    }
}

/// Why a push became no build.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(name = "UnattributedPushReason", rename_items = "camelCase", remote = "PushReason")]
pub(super) enum PushReasonWord {
    UnreadableImage,
    NoManifest,
    UnparsableManifest,
    NoEngineId,
    UnknownEngine,
    EngineDeleted,
    EngineDisabled,
}

/// Which part of the approval queue.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(rename_items = "lowercase")]
pub(super) enum ApprovalState {
    /// All that waits.
    Waiting,
    /// What has waited for a day.
    Due,
    /// What has waited longer than was promised.
    Overdue,
}
