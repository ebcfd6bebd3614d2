//! Whose records somebody is shown.

use assay_core::{Actor, OrgId, Rejection, Role, Scope};

/// The organization whose records are listed: the one named, when the actor may see it; else the actor's own. Operators who
/// look after everybody and name none see all.
///
/// # Errors
/// `not-found` for an organization out of sight.
pub(crate) fn org(actor: &Actor, named: Option<OrgId>) -> Result<Option<OrgId>, Rejection> {
    match named {
        Some(org) if actor.sees(org) => Ok(Some(org)),
        Some(org) => Err(no_org(org)),
        None if sees_all(actor) => Ok(None),
        None => Ok(Some(actor.org)),
    }
}

/// Refuses a token that was not made for reading.
pub(crate) fn reads(actor: &Actor) -> Result<(), Rejection> {
    if actor.may(Scope::Read) {
        return Ok(());
    }
    Err(Rejection::new("not-allowed", "this token was not made for reading")
        .hint("use one with the scope `read`"))
}

/// The refusal of an organization that is not there or out of sight.
pub(crate) fn no_org(org: OrgId) -> Rejection {
    let data = serde_json::json!({ "objectId": org.to_string(), "objectType": "Organization" });
    Rejection::new("not-found", format!("there is no organization {org}")).data(data)
}

fn sees_all(actor: &Actor) -> bool {
    let role = [Role::Approver, Role::Admin].iter().any(|role| actor.roles.contains(role));
    actor.org == OrgId::OPERATORS && role
}
