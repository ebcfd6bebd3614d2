//! Looking at engines: one, many, what happened to them.

use assay_core::build::LifecycleEvent;
use assay_core::engine::EngineStateAction;
use assay_core::ledger::{Transaction, read};
use assay_core::records::{EngineFilter, Page};
use assay_core::{Actor, Build, Engine, EngineId, EngineState, OrgId, Refused, Rejection};

use super::seen::seen;
use super::settle::state;
use crate::{Service, page, scope};

/// An engine with what follows from its builds.
#[derive(Clone, PartialEq, Debug)]
pub struct EngineView {
    /// The engine.
    pub engine: Engine,
    /// Its state.
    pub state: EngineState,
    /// Its deployed build.
    pub deployed: Option<Build>,
}

impl EngineView {
    /// What may be done with it now.
    pub fn actions(&self) -> &'static [EngineStateAction] {
        self.state.actions()
    }
}

/// The engine. A deleted one is there for its organization, which can take that back.
///
/// # Errors
/// `not-found`; faults of the store.
pub fn get(service: &Service, actor: &Actor, id: EngineId) -> Result<EngineView, Refused> {
    scope::reads(actor)?;
    read(&*service.ledger, |records| view(records, seen(records, actor, id)?))
}

/// The engine of this name in registry paths.
///
/// # Errors
/// `not-found`; faults of the store.
pub fn of_slug(service: &Service, actor: &Actor, org: OrgId, slug: &str) -> Result<EngineView, Refused> {
    scope::reads(actor)?;
    read(&*service.ledger, |records| {
        let engine = records.engine_by_slug(org, slug)?.filter(|_| actor.sees(org));
        let missing = || Rejection::new("not-found", format!("organization {org} has no engine `{slug}`"));
        view(records, engine.ok_or_else(missing)?)
    })
}

/// Engines that `actor` may see: those of the own organization and public ones in service, or all for operators.
///
/// # Errors
/// `invalid-page`; faults of the store.
pub fn list(
    service: &Service,
    actor: &Actor,
    filter: &EngineFilter,
    page: Page,
) -> Result<Vec<EngineView>, Refused> {
    scope::reads(actor)?;
    page::check(page)?;
    let deleted = filter.deleted || filter.states.contains(&EngineState::Deleted);
    let filter = EngineFilter { deleted, visible_to: scope::org(actor, None)?, ..filter.clone() };
    read(&*service.ledger, |records| {
        records.engines(&filter, page)?.into_iter().map(|engine| view(records, engine)).collect()
    })
}

/// What happened to an engine and its builds, oldest first; for those of its organization.
///
/// # Errors
/// `not-found`; `invalid-page`; faults of the store.
pub fn events(
    service: &Service,
    actor: &Actor,
    id: EngineId,
    page: Page,
) -> Result<Vec<LifecycleEvent>, Refused> {
    scope::reads(actor)?;
    page::check(page)?;
    read(&*service.ledger, |records| {
        let engine = seen(records, actor, id)?;
        if actor.sees(engine.org) { records.engine_events(id, page) } else { Ok(Vec::new()) }
    })
}

/// What follows from the builds of an engine that was just handed out.
///
/// # Errors
/// Faults of the store.
pub fn derived(service: &Service, engine: Engine) -> Result<EngineView, Refused> {
    read(&*service.ledger, |records| view(records, engine))
}

fn view(records: &dyn Transaction, engine: Engine) -> Result<EngineView, Refused> {
    let (state, deployed) = (state(records, &engine)?, records.deployed_build(engine.id)?);
    Ok(EngineView { engine, state, deployed })
}
