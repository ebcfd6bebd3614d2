//! Finding an engine for somebody.

use assay_core::ledger::Transaction;
use assay_core::{Actor, Engine, EngineId, Refused, Rejection, Role, Scope};

/// The engine, when `actor` may see it: one of the own organization always, one of another when it is public, in service
/// and not disabled (lifecycle.md rule 6.9).
///
/// # Errors
/// `not-found`, whether there is none or none to be seen.
pub fn seen(records: &dyn Transaction, actor: &Actor, id: EngineId) -> Result<Engine, Refused> {
    let Some(engine) = records.engine(id)? else { return Err(not_found(id).into()) };
    if actor.sees(engine.org) {
        return Ok(engine);
    }
    let open = engine.details.is_public && engine.disabled.is_none() && engine.deleted_at.is_none();
    if open && records.deployed_build(id)?.is_some() {
        return Ok(engine);
    }
    Err(not_found(id).into())
}

/// The engine, when `actor` may change it.
pub(super) fn own(records: &dyn Transaction, actor: &Actor, id: EngineId) -> Result<Engine, Refused> {
    let engine = seen(records, actor, id)?;
    if actor.is(Role::Developer, engine.org) && actor.may(Scope::Write) {
        return Ok(engine);
    }
    let message = format!("`{}` may not change engine `{}`", actor.name, engine.name);
    Err(Rejection::new("not-allowed", message)
        .hint("it takes a developer of its organization, with a token for writing")
        .into())
}

fn not_found(id: EngineId) -> Rejection {
    let data = serde_json::json!({ "objectId": id, "objectType": "Engine" });
    Rejection::new("not-found", format!("there is no engine {id}")).data(data)
}
