//! What the service adds to a report when it is downloaded: the build's way until now.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::fault::Fault;

/// Who approved.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Approval {
    /// E-mail address of the approver; `system` when it was automatic.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// What was said.
    pub reason: Option<String>,
    /// Whether no person was asked.
    pub automatic: bool,
}

/// The build's way until the report was downloaded.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Lifecycle {
    /// When this was put together.
    pub as_of: Timestamp,
    /// Counted from 1 within the engine.
    pub number: u32,
    /// Display name of the engine.
    pub engine_name: String,
    /// Id of the organization.
    pub organization: String,
    /// Repository that holds the image.
    pub repository: String,
    /// Digest pushed: of the manifest or of the index.
    pub digest: String,
    /// Where it stands within `pending`: `certification`, `awaiting-approval`; otherwise `none`.
    pub stage: String,
    /// Why it stands there, when it was refused or failed.
    pub reason: Option<String>,
    /// When it was last handed in.
    pub submitted_at: Option<Timestamp>,
    /// Digest of the certification report that this one is made of; none when there was no certification.
    pub certification: Option<String>,
    /// How long it stood where, oldest first.
    pub elapsed: Vec<Elapsed>,
    /// What happened to it, oldest first.
    pub events: Vec<Happening>,
    /// The work that was done on it, and what went wrong with it.
    pub attempts: Vec<Attempt>,
}

/// How long the build stood in one place.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Elapsed {
    /// The status.
    pub status: String,
    /// The stage within `pending`.
    pub stage: Option<String>,
    /// Since when.
    pub from: Timestamp,
    /// Until when; nothing while it stands there.
    pub to: Option<Timestamp>,
    /// How long, until now when it still stands there.
    pub milliseconds: u64,
}

/// Something that happened to the build.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Happening {
    /// Its number among all events of the installation.
    pub sequence: i64,
    /// When.
    pub at: Timestamp,
    /// Name, in the words of the field: `EngineBuildApproved`.
    pub name: String,
    /// Status before.
    pub from: Option<String>,
    /// Status after.
    pub to: String,
    /// Who: an e-mail address, `system`, `operator`.
    pub actor: String,
    /// Why.
    pub reason: Option<String>,
    /// More of it.
    #[serde(skip_serializing_if = "serde_json::Value::is_null")]
    pub details: serde_json::Value,
}

/// Work that was done on the build.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Attempt {
    /// `certification`, `deploy`.
    pub work: String,
    /// `queued`, `leased`, `done`, `dead`, `cancelled`.
    pub state: String,
    /// Attempts begun.
    pub attempts: u32,
    /// Attempts at most.
    pub max_attempts: u32,
    /// When it was queued.
    pub queued_at: Timestamp,
    /// What went wrong last: trouble of ours or the world's, never the engine's.
    pub last_fault: Option<Fault>,
}
