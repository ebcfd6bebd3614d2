//! Pushes that became no build: kept with the reason, so that nobody has to guess what happened to an image.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::Refused;
use crate::account::{OrgId, UserId};
use crate::digest::Digest;
use crate::records::Page;

/// Names an unattributed push.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PushId(pub Uuid);

impl fmt::Display for PushId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A push of an image that belongs to no engine. Of several pushes of one image to one repository, the last is kept.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct UnattributedPush {
    /// Its id.
    pub id: PushId,
    /// The organization of the repository.
    pub org: OrgId,
    /// The repository.
    pub repository: String,
    /// Digest of the image.
    pub digest: Digest,
    /// The reference as pushed, for people.
    pub reference: String,
    /// Who pushed it.
    pub pushed_by: Option<UserId>,
    /// Who pushed it, for people.
    pub pusher: String,
    /// When.
    pub at: Timestamp,
    /// Why it became no build.
    pub reason: PushReason,
    /// The same with what was found, one sentence for people.
    pub detail: String,
}

/// Why a push became no build.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PushReason {
    /// The image itself cannot be read.
    UnreadableImage,
    /// It has no `/var/manifest.json`.
    NoManifest,
    /// The manifest is no JSON object.
    UnparsableManifest,
    /// The manifest names no engine.
    NoEngineId,
    /// The organization has no engine of that id. Whether another one has is not told.
    UnknownEngine,
    /// The engine is deleted.
    EngineDeleted,
    /// A person disabled the engine.
    EngineDisabled,
}

impl PushReason {
    /// Every reason.
    pub const ALL: [Self; 7] = [
        Self::UnreadableImage,
        Self::NoManifest,
        Self::UnparsableManifest,
        Self::NoEngineId,
        Self::UnknownEngine,
        Self::EngineDeleted,
        Self::EngineDisabled,
    ];

    /// The name in the database and in answers.
    pub fn name(self) -> &'static str {
        match self {
            Self::UnreadableImage => "unreadable-image",
            Self::NoManifest => "no-manifest",
            Self::UnparsableManifest => "unparsable-manifest",
            Self::NoEngineId => "no-engine-id",
            Self::UnknownEngine => "unknown-engine",
            Self::EngineDeleted => "engine-deleted",
            Self::EngineDisabled => "engine-disabled",
        }
    }

    /// The reason of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.name() == name)
    }
}

/// Unattributed pushes.
pub trait Pushes {
    /// Keeps a push, in place of an earlier one of the same image to the same repository.
    fn keep_push(&self, push: &UnattributedPush) -> Result<(), Refused>;
    /// Forgets the push of an image that has become a build; nothing happens when there is none.
    fn forget_push(&self, repository: &str, digest: &Digest) -> Result<(), Refused>;
    /// The push.
    fn push(&self, id: PushId) -> Result<Option<UnattributedPush>, Refused>;
    /// The push of this image to this repository.
    fn push_of(&self, repository: &str, digest: &Digest) -> Result<Option<UnattributedPush>, Refused>;
    /// Pushes of an organization, or of all, newest first.
    fn pushes(&self, org: Option<OrgId>, page: Page) -> Result<Vec<UnattributedPush>, Refused>;
}
