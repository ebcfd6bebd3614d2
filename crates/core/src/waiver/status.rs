//! Where a waiver stands.

use serde::{Deserialize, Serialize};

/// Where a waiver stands.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum WaiverStatus {
    /// Asked for.
    Requested,
    /// Granted; in force until it expires.
    Granted,
    /// Not granted.
    Refused,
    /// Granted once, taken back.
    Revoked,
}

impl WaiverStatus {
    /// Every status.
    pub const ALL: [Self; 4] = [Self::Requested, Self::Granted, Self::Refused, Self::Revoked];

    /// The name in the database and in answers.
    pub fn name(self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Granted => "granted",
            Self::Refused => "refused",
            Self::Revoked => "revoked",
        }
    }

    /// The status of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.name() == name)
    }
}
