//! Who may do what with organizations, users and repositories.

use assay_core::registry::RepositoryAction;
use assay_core::{Actor, OrgId, Rejection, Role, Scope};

use crate::scope;

/// Whether `actor` may do this with repositories of `org`.
pub(super) fn may(actor: &Actor, org: OrgId, action: RepositoryAction) -> bool {
    match action {
        RepositoryAction::Pull => actor.may(Scope::Pull) && !actor.roles.is_empty() && actor.sees(org),
        RepositoryAction::Push | RepositoryAction::Delete => {
            actor.may(Scope::Push) && actor.is(Role::Developer, org)
        }
    }
}

/// Whether `actor` runs the installation.
pub(super) fn is_operator(actor: &Actor) -> bool {
    actor.is(Role::Admin, OrgId::OPERATORS)
}

/// Whether `actor` sees every organization.
pub(super) fn sees_all(actor: &Actor) -> bool {
    actor.is(Role::Approver, OrgId::OPERATORS)
}

/// Refuses whoever is no admin of `org`.
pub(super) fn administer(actor: &Actor, org: OrgId) -> Result<(), Rejection> {
    see(actor, org)?;
    if actor.is(Role::Admin, org) && actor.may(Scope::Admin) {
        return Ok(());
    }
    Err(not_allowed("only an admin of the organization may do this"))
}

/// Refuses whoever does not run the installation.
pub(super) fn operate(actor: &Actor) -> Result<(), Rejection> {
    if is_operator(actor) && actor.may(Scope::Admin) {
        return Ok(());
    }
    Err(not_allowed("only an admin of the operators may do this"))
}

/// Refuses whoever may not know of `org`.
pub(super) fn see(actor: &Actor, org: OrgId) -> Result<(), Rejection> {
    if actor.sees(org) && actor.may(Scope::Read) {
        return Ok(());
    }
    Err(scope::no_org(org))
}

pub(super) fn not_allowed(why: &str) -> Rejection {
    Rejection::new("not-allowed", why).hint("ask an admin of your organization")
}
