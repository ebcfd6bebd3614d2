//! A build: one image digest of one engine, numbered, with its way through the twelve statuses.

pub mod lifecycle;
mod status;

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::account::{OrgId, UserId};
use crate::digest::Digest;
use crate::engine::EngineId;
use crate::outcome::Verdict;

pub use lifecycle::{BuildAction, BuildEvent, MenuEntry};
pub use status::{BuildStage, BuildStatus};

/// Names a build.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct BuildId(pub Uuid);

impl fmt::Display for BuildId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A build and where it stands.
#[derive(Clone, PartialEq, Debug)]
pub struct Build {
    /// Its id.
    pub id: BuildId,
    /// Its engine.
    pub engine: EngineId,
    /// The engine's organization.
    pub org: OrgId,
    /// Counted from 1 within the engine; never used again after a delete.
    pub number: u32,
    /// Digest of the image manifest or index; nothing while an image named by reference has not been fetched.
    pub digest: Option<Digest>,
    /// Repository that holds the image: `<org>/<slug>`.
    pub repository: String,
    /// The reference as pushed, for people.
    pub reference: String,
    /// Where it stands.
    pub status: BuildStatus,
    /// Where it stands within `pending`.
    pub stage: BuildStage,
    /// Who pushed it.
    pub pushed_by: Option<UserId>,
    /// When the push was accepted.
    pub uploaded_at: Timestamp,
    /// Who submitted it; four eyes look here.
    pub submitted_by: Option<UserId>,
    /// When it was submitted.
    pub submitted_at: Option<Timestamp>,
    /// When status or stage last changed.
    pub modified_at: Timestamp,
    /// The engine manifest as found, JSON text.
    pub manifest: Option<String>,
    /// Digest of the newest report's bytes, kept as a document of the store.
    pub report: Option<Digest>,
    /// What the newest certification came to.
    pub verdict: Option<Verdict>,
    /// Name and number of the policy judged under, `default@1`.
    pub policy: Option<String>,
    /// Why it was refused or failed, one sentence, for lists.
    pub reason: Option<String>,
}

/// A step in a build's or engine's life: an append-only row, written in the transaction of the change itself.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LifecycleEvent {
    /// Counts up over all events; 0 until written.
    pub sequence: i64,
    /// When.
    pub at: Timestamp,
    /// Name in the field's words: `EngineBuildApproved`, `engineBuildDeploySuccess` (lifecycle.md §8).
    pub name: String,
    /// The engine.
    pub engine: EngineId,
    /// The build, when it is about one.
    pub build: Option<BuildId>,
    /// The organization.
    pub org: OrgId,
    /// Status or state before; none for what begins.
    pub from: Option<String>,
    /// Status or state after.
    pub to: String,
    /// Who: a user; nobody when the service acted.
    pub user: Option<UserId>,
    /// Who, for people: e-mail address, `system`, `operator`.
    pub actor: String,
    /// Why, as given or as found.
    pub reason: Option<String>,
    /// More of it, as JSON.
    #[serde(default, skip_serializing_if = "serde_json::Value::is_null")]
    pub details: serde_json::Value,
}
