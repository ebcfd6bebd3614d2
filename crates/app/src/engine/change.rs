//! Disabling and enabling, deleting and taking that back.

use assay_core::build::BuildEvent;
use assay_core::engine::{DisabledReason, EngineStateAction};
use assay_core::ledger::{Transaction, write};
use assay_core::{Actor, Engine, EngineId, EngineState, Refused, Rejection};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::seen;
use super::settle::{state, tell};
use crate::Service;
use crate::build::transition::{Change, apply};

/// Does `action` with an engine. Disabling and deleting take its deployed build out of service.
///
/// # Errors
/// `not-found`, `not-allowed`, `transition-refused` naming state and allowed actions, `slug-taken` when the name of a
/// deleted engine was given to another; faults of the store.
pub fn act(
    service: &Service,
    actor: &Actor,
    id: EngineId,
    action: EngineStateAction,
) -> Result<Engine, Refused> {
    let now = service.now();
    write(&*service.ledger, |records| {
        let engine = seen::own(records, actor, id)?;
        let was = state(records, &engine)?;
        permit(was, action)?;
        let (engine, name) = acted(engine, action, now);
        if matches!(action, EngineStateAction::Disable | EngineStateAction::Delete) {
            out_of_service(records, actor, &engine, now)?;
        }
        records.update_engine(&engine)?;
        tell(records, actor, &engine, name, Some(was), details(action), now)?;
        Ok(engine)
    })
}

/// Refuses what the engine's state does not allow.
pub(super) fn permit(state: EngineState, action: EngineStateAction) -> Result<(), Rejection> {
    if state.actions().contains(&action) {
        return Ok(());
    }
    let names: Vec<&str> = state.actions().iter().map(|action| action.name()).collect();
    let state = state.name();
    let message = format!("`{}` is not possible while an engine is `{state}`", action.name());
    Err(Rejection::new("transition-refused", message)
        .hint(format!("allowed now: {}", names.join(", ")))
        .data(json!({ "currentStatus": state, "validStateActions": names })))
}

fn acted(engine: Engine, action: EngineStateAction, now: Timestamp) -> (Engine, &'static str) {
    let engine = Engine { modified_at: now, ..engine };
    match action {
        EngineStateAction::Disable => {
            (Engine { disabled: Some(DisabledReason::User), ..engine }, "EngineDisable")
        }
        EngineStateAction::Enable => (Engine { disabled: None, ..engine }, "EngineEnable"),
        EngineStateAction::Delete => (Engine { deleted_at: Some(now), ..engine }, "EngineDelete"),
        EngineStateAction::Undelete => (Engine { deleted_at: None, ..engine }, "EngineUndelete"),
        EngineStateAction::Edit => (engine, "EngineUpdate"),
    }
}

fn out_of_service(
    records: &dyn Transaction,
    actor: &Actor,
    engine: &Engine,
    now: Timestamp,
) -> Result<(), Refused> {
    let Some(deployed) = records.deployed_build(engine.id)? else { return Ok(()) };
    let system = Actor::system();
    let why = format!("the engine was taken out of service by {}", actor.name);
    apply(records, &Change::of(deployed.id, BuildEvent::EngineDisabled, &system).because(why), now).map(drop)
}

fn details(action: EngineStateAction) -> Value {
    match action {
        EngineStateAction::Disable => json!({ "reason": "user" }),
        _ => Value::Null,
    }
}
