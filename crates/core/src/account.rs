//! Who uses the service: organizations, their users, and what each may do.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

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
}

/// Who asks: decided once, where the request comes in, and handed to every use case.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Actor {
    /// The user; nobody for the service itself and for whoever sits at the machine.
    pub user: Option<UserId>,
    /// E-mail address of the user, or `system`, `operator`.
    pub name: String,
    /// The organization acted for.
    pub org: OrgId,
    /// The user's roles.
    pub roles: BTreeSet<Role>,
    /// What the token presented may be used for.
    pub scopes: BTreeSet<Scope>,
}

impl Actor {
    /// The service itself, as its workers act.
    pub fn system() -> Self {
        Self::trusted("system")
    }

    /// Whoever runs commands on the service's own data folder.
    pub fn operator() -> Self {
        Self::trusted("operator")
    }

    fn trusted(name: &str) -> Self {
        Self {
            user: None,
            name: name.into(),
            org: OrgId::OPERATORS,
            roles: Role::ALL.into(),
            scopes: Scope::ALL.into(),
        }
    }

    /// Whether the actor belongs to `org` or acts for every organization in `role`.
    pub fn sees(&self, org: OrgId) -> bool {
        self.org == org || (self.org == OrgId::OPERATORS && self.has_any(&[Role::Approver, Role::Admin]))
    }

    /// Whether the actor has `role` in `org`, or is an admin there. An operator's approver and admin have theirs everywhere.
    pub fn is(&self, role: Role, org: OrgId) -> bool {
        let here = self.org == org || (self.org == OrgId::OPERATORS && role != Role::Developer);
        let admin = self.roles.contains(&Role::Admin) && (self.org == org || self.org == OrgId::OPERATORS);
        admin || (here && self.roles.contains(&role))
    }

    /// Whether the token presented may be used for `scope`.
    pub fn may(&self, scope: Scope) -> bool {
        self.scopes.contains(&scope)
    }

    fn has_any(&self, roles: &[Role]) -> bool {
        roles.iter().any(|role| self.roles.contains(role))
    }
}
