//! Who asks for something, and what that one may.

use std::collections::BTreeSet;

use super::{OrgId, Role, Scope, UserId};

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
