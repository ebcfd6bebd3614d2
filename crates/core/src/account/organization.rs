//! Organizations and how each of them works.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::OrgId;

/// Those who share engines, users and a quota.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Organization {
    /// Its id; the first part of its repositories' names.
    pub id: OrgId,
    /// Display name, unique in the installation, at most 100 characters.
    pub name: String,
    /// How it works.
    pub settings: OrgSettings,
    /// Bytes its repositories may hold; nothing when the installation's default holds. Set through
    /// [`RegistryRecords::set_quota`](crate::registry::RegistryRecords::set_quota).
    pub quota_bytes: Option<u64>,
    /// When it was made.
    pub created_at: Timestamp,
    /// Whether its users are kept out.
    pub disabled: bool,
}

/// How an organization works. What is not said is off.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct OrgSettings {
    /// A build is submitted as soon as it is available.
    pub auto_submit: bool,
    /// A build whose certification is passed is approved without a person.
    pub auto_approve: bool,
    /// Whoever submitted a build may not approve it.
    pub four_eyes: bool,
    /// Name of the policy its builds are judged by.
    pub policy: String,
}

impl Default for OrgSettings {
    fn default() -> Self {
        Self { auto_submit: false, auto_approve: false, four_eyes: false, policy: "default".into() }
    }
}
