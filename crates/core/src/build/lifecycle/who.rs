//! Who may move a build.

use crate::account::{Actor, OrgId, Role, Scope};

/// Who may cause an event.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Who {
    /// The service's own workers; no person.
    Service,
    /// A developer of the organization.
    Developer,
    /// An approver of the organization or of the operators.
    Approver,
}

impl Who {
    /// Whether `actor` is that for a build of `org`, with a token made for it.
    pub fn is(self, actor: &Actor, org: OrgId) -> bool {
        match self {
            Self::Service => actor.user.is_none() && actor.name == Actor::system().name,
            Self::Developer => actor.is(Role::Developer, org) && actor.may(Scope::Write),
            Self::Approver => actor.is(Role::Approver, org) && actor.may(Scope::Approve),
        }
    }

    /// For people: who it has to be.
    pub fn described(self) -> &'static str {
        match self {
            Self::Service => "the service itself",
            Self::Developer => "a developer of the organization, with a token for writing",
            Self::Approver => "an approver, with a token for approving",
        }
    }
}
