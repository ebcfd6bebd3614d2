//! Engine states and how they follow from builds (lifecycle.md §2 and rules 6.2, 6.3).

use serde::{Deserialize, Serialize};

use crate::build::BuildStatus;

/// The state shown for an engine (GraphQL `EngineState`). `draft` of the public enum is never produced.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EngineState {
    /// No usable build.
    Pending,
    /// A usable build, none deployed.
    Ready,
    /// A build is deployed.
    Active,
    /// No new tasks.
    Disabled,
    /// Gone from lists.
    Deleted,
}

/// Who disabled an engine.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DisabledReason {
    /// A person; stays until a person enables it.
    User,
    /// A build failed and no usable one is left; lifted by the next good push.
    BuildFailed,
}

/// What may be done to an engine (GraphQL `EngineStateAction`).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EngineStateAction {
    /// Change the profile.
    Edit,
    /// Delete.
    Delete,
    /// Disable.
    Disable,
    /// Enable.
    Enable,
    /// Take a deletion back.
    Undelete,
}

impl EngineStateAction {
    /// The name in the public API.
    pub fn name(self) -> &'static str {
        match self {
            Self::Edit => "edit",
            Self::Delete => "delete",
            Self::Disable => "disable",
            Self::Enable => "enable",
            Self::Undelete => "undelete",
        }
    }
}

impl EngineState {
    /// The state of an engine with these builds; the first rule that holds wins (rule 6.2).
    pub fn derive(
        deleted: bool,
        disabled: Option<DisabledReason>,
        builds: impl IntoIterator<Item = BuildStatus>,
    ) -> Self {
        let (mut deployed, mut usable) = (false, false);
        for status in builds {
            deployed |= status == BuildStatus::Deployed;
            usable |= status.is_usable();
        }
        match () {
            () if deleted => Self::Deleted,
            () if disabled.is_some() => Self::Disabled,
            () if deployed => Self::Active,
            () if usable => Self::Ready,
            () => Self::Pending,
        }
    }

    /// What may be done in this state. Disabling is refused while pending (lifecycle.md §2).
    pub fn actions(self) -> &'static [EngineStateAction] {
        use EngineStateAction::{Delete, Disable, Edit, Enable, Undelete};
        match self {
            Self::Pending => &[Edit, Delete],
            Self::Ready | Self::Active => &[Edit, Disable, Delete],
            Self::Disabled => &[Edit, Enable, Delete],
            Self::Deleted => &[Undelete],
        }
    }

    /// Every state.
    pub const ALL: [Self; 5] = [Self::Pending, Self::Ready, Self::Active, Self::Disabled, Self::Deleted];

    /// The name in the public API.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Ready => "ready",
            Self::Active => "active",
            Self::Disabled => "disabled",
            Self::Deleted => "deleted",
        }
    }
}
