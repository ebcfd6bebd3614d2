//! What a build's move means for its engine (lifecycle.md rule 6.3).

use assay_core::build::LifecycleEvent;
use assay_core::engine::DisabledReason;
use assay_core::ledger::Transaction;
use assay_core::{Actor, Build, BuildStatus, Engine, EngineState, Refused};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::build::engine_of;
use crate::notice;

/// Disables an engine whose last usable build has just failed, and lifts that when it has a usable one again. What a
/// person disabled stays disabled.
pub(crate) fn settle(records: &dyn Transaction, moved: &Build, at: Timestamp) -> Result<(), Refused> {
    let engine = engine_of(records, moved)?;
    let usable = records.build_statuses(engine.id)?.into_iter().any(BuildStatus::is_usable);
    let failed = matches!(moved.status, BuildStatus::Invalid | BuildStatus::Disapproved);
    let (disabled, name) = match engine.disabled {
        None if failed && !usable => (Some(DisabledReason::BuildFailed), "EngineDisable"),
        Some(DisabledReason::BuildFailed) if usable => (None, "EngineEnable"),
        _ => return Ok(()),
    };
    let before = state(records, &engine)?;
    let engine = Engine { disabled, ..engine };
    records.update_engine(&engine)?;
    let because = json!({ "reason": "build_failed", "build": moved.id, "number": moved.number });
    tell(records, &Actor::system(), &engine, name, Some(before), because, at)
}

/// The state shown for an engine.
pub(crate) fn state(records: &dyn Transaction, engine: &Engine) -> Result<EngineState, Refused> {
    let builds = records.build_statuses(engine.id)?;
    Ok(EngineState::derive(engine.deleted_at.is_some(), engine.disabled, builds))
}

/// Writes an event of an engine down and lets those know who want to.
pub(crate) fn tell(
    records: &dyn Transaction,
    actor: &Actor,
    engine: &Engine,
    name: &str,
    before: Option<EngineState>,
    details: Value,
    at: Timestamp,
) -> Result<(), Refused> {
    let mut event = LifecycleEvent {
        sequence: 0,
        at,
        name: name.into(),
        engine: engine.id,
        build: None,
        org: engine.org,
        from: before.map(|state| state.name().into()),
        to: state(records, engine)?.name().into(),
        user: actor.user,
        actor: actor.name.clone(),
        reason: None,
        details,
    };
    event.sequence = records.append_event(&event)?;
    notice::on_event(records, &event, at)
}
