//! Who uses the service: organizations, their users, and what each may do.

mod actor;
mod key;
mod organization;
pub mod records;
mod session;
mod user;

use std::fmt;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use actor::Actor;
pub use key::{ApiKey, ApiKeyId};
pub use organization::{OrgSettings, Organization};
pub use session::{Session, SessionId, SessionKind};
pub use user::User;

/// Names an organization: an integer, written as text in the public API (api.md §1).
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct OrgId(pub i64);

impl OrgId {
    /// The organization that operates the installation. Its approvers and admins act for every organization.
    pub const OPERATORS: Self = Self(1);
}

impl fmt::Display for OrgId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Names a user.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct UserId(pub Uuid);

impl fmt::Display for UserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What a user is trusted with, within the own organization (and everywhere, for [`OrgId::OPERATORS`]).
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Makes engines, pushes, submits, deploys.
    Developer,
    /// Reads reports and approves or disapproves.
    Approver,
    /// Manages organization, users, policies; may do what the others may.
    Admin,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 3] = [Self::Developer, Self::Approver, Self::Admin];

    /// The name typed and shown.
    pub fn name(self) -> &'static str {
        match self {
            Self::Developer => "developer",
            Self::Approver => "approver",
            Self::Admin => "admin",
        }
    }

    /// The role of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }
}

/// What a key or session may be used for. A person's password gives every scope; an API key gives those it was made with.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// Pull images.
    Pull,
    /// Push images.
    Push,
    /// Read engines, builds, reports.
    Read,
    /// Change engines and builds: create, submit, deploy, delete.
    Write,
    /// Approve and disapprove.
    Approve,
    /// Manage organization, users, keys, policies.
    Admin,
}

impl Scope {
    /// Every scope.
    pub const ALL: [Self; 6] = [Self::Pull, Self::Push, Self::Read, Self::Write, Self::Approve, Self::Admin];

    /// The name typed and shown.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pull => "pull",
            Self::Push => "push",
            Self::Read => "read",
            Self::Write => "write",
            Self::Approve => "approve",
            Self::Admin => "admin",
        }
    }

    /// The scope of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.name() == name)
    }
}
