//! Looking at builds: one, many, what happened to them, what was found, what else they are called.

use assay_core::build::lifecycle::{Spell, spells};
use assay_core::build::{BuildAction, LifecycleEvent, MenuEntry, lifecycle};
use assay_core::ledger::{Transaction, read};
use assay_core::records::{BuildFilter, Page};
use assay_core::registry::RepositoryName;
use assay_core::{Actor, Build, BuildId, EngineId, Refused, Rejection};

use super::seen::{engine_of, seen};
use crate::{Service, engine, page, scope};

/// A build with what is offered for it.
#[derive(Clone, PartialEq, Debug)]
pub struct BuildView {
    /// The build.
    pub build: Build,
    /// The one thing to do next.
    pub primary: Option<BuildAction>,
    /// The entries of its menu.
    pub menu: Vec<MenuEntry>,
    /// Everything that is possible now, for whoever may.
    pub actions: Vec<BuildAction>,
}

/// The build with what is offered for it.
///
/// # Errors
/// `not-found`; faults of the store.
pub fn get(service: &Service, actor: &Actor, id: BuildId) -> Result<BuildView, Refused> {
    scope::reads(actor)?;
    read(&*service.ledger, |records| view(records, seen(records, actor, id)?))
}

/// Builds, newest first. Those of an engine out of sight are not there; without engine or organization they are those of
/// the actor's own organization, or all for operators.
///
/// # Errors
/// `not-found` for an engine or organization out of sight; `invalid-page`; faults of the store.
pub fn list(
    service: &Service,
    actor: &Actor,
    filter: &BuildFilter,
    page: Page,
) -> Result<Vec<BuildView>, Refused> {
    scope::reads(actor)?;
    page::check(page)?;
    read(&*service.ledger, |records| {
        if let Some(id) = filter.engine {
            let engine = engine::seen(records, actor, id)?;
            if !actor.sees(engine.org) {
                return Ok(Vec::new());
            }
        }
        let filter = BuildFilter { org: scope::org(actor, filter.org)?, ..filter.clone() };
        records.builds(&filter, page)?.into_iter().map(|build| view(records, build)).collect()
    })
}

/// The engine's build of this number.
///
/// # Errors
/// `not-found`; faults of the store.
pub fn numbered(
    service: &Service,
    actor: &Actor,
    engine: EngineId,
    number: u32,
) -> Result<BuildView, Refused> {
    scope::reads(actor)?;
    read(&*service.ledger, |records| {
        let engine = engine::seen(records, actor, engine)?;
        let build = records.build_by_number(engine.id, number)?;
        let missing =
            || Rejection::new("not-found", format!("engine `{}` has no build {number}", engine.name));
        view(records, seen(records, actor, build.ok_or_else(missing)?.id)?)
    })
}

/// What happened to a build, oldest first.
///
/// # Errors
/// `not-found`; `invalid-page`; faults of the store.
pub fn events(
    service: &Service,
    actor: &Actor,
    id: BuildId,
    page: Page,
) -> Result<Vec<LifecycleEvent>, Refused> {
    scope::reads(actor)?;
    page::check(page)?;
    read(&*service.ledger, |records| {
        let build = seen(records, actor, id)?;
        records.build_events(build.id, page)
    })
}

/// Where a build stood since when.
///
/// # Errors
/// `not-found`; faults of the store.
pub fn spells_of(service: &Service, actor: &Actor, id: BuildId) -> Result<Vec<Spell>, Refused> {
    Ok(spells(&events(service, actor, id, page::LARGEST)?))
}

/// The tags that point to a build's image in its repository.
///
/// # Errors
/// `not-found`; faults of the store.
pub fn tags(service: &Service, actor: &Actor, id: BuildId) -> Result<Vec<String>, Refused> {
    scope::reads(actor)?;
    read(&*service.ledger, |records| {
        let build = seen(records, actor, id)?;
        let name = build.repository.parse::<RepositoryName>().ok();
        let repository = name.map(|name| records.repository(&name)).transpose()?.flatten();
        let (Some(repository), Some(digest)) = (repository, &build.digest) else { return Ok(Vec::new()) };
        Ok(records.tags_of(&repository, digest)?.iter().map(|tag| tag.as_str().to_owned()).collect())
    })
}

/// What is offered for a build that was just handed out.
///
/// # Errors
/// Faults of the store.
pub fn offered(service: &Service, build: Build) -> Result<BuildView, Refused> {
    read(&*service.ledger, |records| view(records, build))
}

fn view(records: &dyn Transaction, build: Build) -> Result<BuildView, Refused> {
    let engine = engine_of(records, &build)?;
    let closed = engine.disabled.is_some() || engine.deleted_at.is_some();
    let standing = build.standing();
    Ok(BuildView {
        primary: lifecycle::primary(standing, closed),
        menu: lifecycle::menu(standing, closed),
        actions: lifecycle::allowed(standing, closed),
        build,
    })
}
