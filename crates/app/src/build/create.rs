//! Builds of images that are not pushed: named in another registry, or uploaded as an archive.

use assay_core::engine::DisabledReason;
use assay_core::ledger::{Transaction, write};
use assay_core::{
    Actor, Build, BuildId, BuildStage, BuildStatus, Engine, EngineId, Refused, Rejection, Role, Scope,
};

use super::guard::exists;
use crate::push::{FetchOrder, FetchSource, external, tell};
use crate::{Service, engine};

/// Makes a build of an image in another registry; it is fetched by a worker.
///
/// # Errors
/// `not-found`, `not-allowed`, `engine-deleted`, `engine-disabled`, `image-reference`, `build-exists`; faults of the store.
pub fn create(service: &Service, actor: &Actor, engine: EngineId, image: &str) -> Result<Build, Refused> {
    let (reference, digest) = external(image)?;
    let now = service.now();
    write(&*service.ledger, |records| {
        let engine = open_engine(records, actor, engine)?;
        let known = digest.as_ref().map(|digest| records.build_by_digest(engine.id, digest)).transpose()?;
        if let Some(known) = known.flatten() {
            return Err(exists(&known).into());
        }
        let build = Build { digest: digest.clone(), ..blank(service, records, actor, &engine, &reference)? };
        records.insert_build(&build)?;
        tell(records, &build, "EngineBuildCreate", &actor.name)?;
        let order = FetchOrder { build: build.id, source: FetchSource::Registry(reference.clone()) };
        records.enqueue(&order.work(now), now)?;
        Ok(build)
    })
}

/// Makes a build of an archive that lies as `file` in the data folder's `archives`; `name` is what the user calls it.
///
/// # Errors
/// `not-found`, `not-allowed`, `engine-deleted`, `engine-disabled`, `archive-name`; faults of the store.
pub fn upload(
    service: &Service,
    actor: &Actor,
    engine: EngineId,
    file: &str,
    name: &str,
) -> Result<Build, Refused> {
    check_file(file)?;
    let now = service.now();
    let name: String = name.chars().filter(|c| !c.is_control()).take(200).collect();
    write(&*service.ledger, |records| {
        let engine = open_engine(records, actor, engine)?;
        let build = blank(service, records, actor, &engine, &name)?;
        records.insert_build(&build)?;
        tell(records, &build, "EngineBuildUpload", &actor.name)?;
        let order = FetchOrder { build: build.id, source: FetchSource::Archive(file.to_owned()) };
        records.enqueue(&order.work(now), now)?;
        Ok(build)
    })
}

/// Whether `actor` may upload to the engine at all; asked before the bytes are taken.
///
/// # Errors
/// `not-found`, `not-allowed`, `engine-deleted`, `engine-disabled`; faults of the store.
pub fn may_upload(service: &Service, actor: &Actor, engine: EngineId) -> Result<(), Refused> {
    assay_core::ledger::read(&*service.ledger, |records| open_engine(records, actor, engine).map(drop))
}

/// The engine, when it takes builds from `actor`.
fn open_engine(records: &dyn Transaction, actor: &Actor, id: EngineId) -> Result<Engine, Refused> {
    let engine = engine::seen(records, actor, id)?;
    if !actor.is(Role::Developer, engine.org) || !actor.may(Scope::Write) {
        let message = format!("`{}` may not add builds to engine `{}`", actor.name, engine.name);
        return Err(Rejection::new("not-allowed", message).into());
    }
    if engine.deleted_at.is_some() {
        return Err(Rejection::new("engine-deleted", format!("engine `{}` is deleted", engine.name))
            .hint("undelete it first")
            .into());
    }
    if engine.disabled == Some(DisabledReason::User) {
        return Err(Rejection::new("engine-disabled", format!("engine `{}` is disabled", engine.name))
            .hint("enable it first")
            .into());
    }
    Ok(engine)
}

fn blank(
    service: &Service,
    records: &dyn Transaction,
    actor: &Actor,
    engine: &Engine,
    reference: &str,
) -> Result<Build, Refused> {
    let now = service.now();
    Ok(Build {
        id: BuildId(service.ids.next_id()),
        engine: engine.id,
        org: engine.org,
        number: records.next_number(engine.id)?,
        digest: None,
        repository: format!("{}/{}", engine.org, engine.slug),
        reference: reference.to_owned(),
        status: BuildStatus::Uploaded,
        stage: BuildStage::None,
        pushed_by: actor.user,
        uploaded_at: now,
        submitted_by: None,
        submitted_at: None,
        modified_at: now,
        manifest: None,
        report: None,
        verdict: None,
        policy: None,
        reason: None,
    })
}

/// The name of a file and nothing that leads elsewhere.
fn check_file(file: &str) -> Result<(), Rejection> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    if !file.is_empty() && !file.starts_with('.') && file.bytes().all(plain) {
        return Ok(());
    }
    Err(Rejection::new("archive-name", "the archive's file is not named as ours are"))
}
