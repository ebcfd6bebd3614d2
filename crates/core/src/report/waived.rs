//! How a report tells of waivers.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::waiver::Waiver;

/// The waiver that lifted a finding.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct WaiverRef {
    /// Its id.
    pub id: String,
    /// Why the finding may be tolerated.
    pub reason: String,
    /// Who granted it.
    pub approver: String,
    /// From this time on it lifts nothing.
    pub expires_at: Timestamp,
}

impl From<&Waiver> for WaiverRef {
    fn from(waiver: &Waiver) -> Self {
        Self {
            id: waiver.id.to_string(),
            reason: waiver.reason.clone(),
            approver: waiver.approver.as_ref().map(|party| party.name.clone()).unwrap_or_default(),
            expires_at: waiver.expires_at,
        }
    }
}

/// A waiver that was at hand, and what became of it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct WaiverUse {
    /// The waiver.
    #[serde(flatten)]
    pub waiver: WaiverRef,
    /// Its rule.
    pub code: String,
    /// Ids of the findings it lifted.
    pub lifted: Vec<String>,
    /// Why it lifted nothing: it has expired, was revoked, is for something else, or nothing of the kind was found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remark: Option<String>,
}
