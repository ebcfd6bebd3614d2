//! Changing an engine's profile.

use assay_core::build::BuildEvent;
use assay_core::build::lifecycle::TABLE;
use assay_core::category::Category;
use assay_core::engine::{EngineDetails, EngineStateAction};
use assay_core::ledger::{Transaction, write};
use assay_core::manifest::EngineMode;
use assay_core::profile::DeploymentModel;
use assay_core::records::{BuildFilter, Page};
use assay_core::{Actor, BuildStatus, Engine, EngineId, Refused, Rejection, Role};
use jiff::Timestamp;
use serde_json::json;

use super::change::permit;
use super::settle::{state, tell};
use super::{check, seen};
use crate::Service;
use crate::build::transition::{Change, apply};

/// What is to be different. What is not named stays.
#[derive(Clone, PartialEq, Default, Debug)]
pub struct EngineChanges {
    /// Display name.
    pub name: Option<String>,
    /// Category; only the one it has is accepted, since what was judged depends on it.
    pub category: Option<Category>,
    /// Mode; the same.
    pub mode: Option<EngineMode>,
    /// How far it may reach.
    pub deployment_model: Option<DeploymentModel>,
    /// The rest, as a whole.
    pub details: Option<EngineDetails>,
}

/// Changes an engine's profile.
///
/// # Errors
/// `not-found`, `not-allowed`, `transition-refused` for a deleted engine, `engine-locked`, `engine-deployed`,
/// `too-many-builds`, and what is wrong with the profile; faults of the store.
pub fn update(
    service: &Service,
    actor: &Actor,
    id: EngineId,
    changes: impl FnOnce(&Engine) -> EngineChanges,
) -> Result<Engine, Refused> {
    let now = service.now();
    write(&*service.ledger, |records| {
        let before = seen::own(records, actor, id)?;
        let was = state(records, &before)?;
        permit(was, EngineStateAction::Edit)?;
        let changes = changes(&before);
        locked(&before, &changes)?;
        let after = changed(&before, &changes, now)?;
        if after.deployment_model != before.deployment_model {
            model(records, actor, &before, &after, now)?;
        }
        records.update_engine(&after)?;
        tell(records, actor, &after, "EngineUpdate", Some(was), told(&before, &after), now)?;
        Ok(after)
    })
}

fn changed(before: &Engine, changes: &EngineChanges, now: Timestamp) -> Result<Engine, Rejection> {
    let after = Engine {
        name: changes.name.clone().unwrap_or_else(|| before.name.clone()),
        deployment_model: changes.deployment_model.unwrap_or(before.deployment_model),
        details: changes.details.clone().unwrap_or_else(|| before.details.clone()),
        modified_at: now,
        ..before.clone()
    };
    check::name(&after.name)?;
    check::details(&after.details)?;
    Ok(after)
}

fn locked(engine: &Engine, changes: &EngineChanges) -> Result<(), Rejection> {
    let category = changes.category.is_some_and(|category| category != engine.category);
    let mode = changes.mode.is_some_and(|mode| mode != engine.mode);
    let locked = match (category, mode) {
        (true, _) => "category",
        (_, true) => "mode",
        _ => return Ok(()),
    };
    Err(Rejection::new(
        "engine-locked",
        format!("the {locked} of an engine cannot be changed after its creation"),
    )
    .hint("create another engine"))
}

/// A new deployment model: never under a build in service. A stricter one makes what was judged void; a looser one is for
/// admins (lifecycle.md rule 6.7).
fn model(
    records: &dyn Transaction,
    actor: &Actor,
    before: &Engine,
    after: &Engine,
    now: Timestamp,
) -> Result<(), Refused> {
    let in_service = [BuildStatus::Deployed, BuildStatus::Deploying];
    let statuses = records.build_statuses(before.id)?;
    if statuses.iter().any(|status| in_service.contains(status)) {
        let message = "the deployment model cannot be changed while a build is deployed";
        return Err(Rejection::new("engine-deployed", message).hint("pause the build first").into());
    }
    if reach(after.deployment_model) < reach(before.deployment_model) {
        return judge_anew(records, before, after, now);
    }
    if actor.is(Role::Admin, before.org) {
        return Ok(());
    }
    let message = format!("letting engine `{}` reach further takes an admin", before.name);
    Err(Rejection::new("not-allowed", message).into())
}

/// How far a model lets an engine reach.
fn reach(model: DeploymentModel) -> u8 {
    match model {
        DeploymentModel::NetworkIsolated => 0,
        DeploymentModel::ExternalAccess => 1,
        DeploymentModel::ExternalProcessing => 2,
        DeploymentModel::HumanReview => 3,
    }
}

/// Builds judged anew at once at most: all of them move in one transaction, and everybody is told.
const MOST: u32 = 500;

fn too_many() -> Rejection {
    let message = format!("more than {MOST} builds of the engine would have to be judged anew");
    Rejection::new("too-many-builds", message).hint("delete builds that are not needed any more first")
}

fn judge_anew(
    records: &dyn Transaction,
    before: &Engine,
    after: &Engine,
    now: Timestamp,
) -> Result<(), Refused> {
    let system = Actor::system();
    let from: Vec<BuildStatus> = TABLE
        .iter()
        .filter(|row| row.event == BuildEvent::ModelTightened)
        .flat_map(|row| row.from.iter().map(|standing| standing.status))
        .collect();
    let filter = BuildFilter { engine: Some(before.id), statuses: from, ..BuildFilter::default() };
    let why = format!("the engine's deployment model became {}", after.deployment_model.name());
    let builds = records.builds(&filter, Page { offset: 0, limit: MOST + 1 })?;
    if builds.len() > MOST as usize {
        return Err(too_many().into());
    }
    for build in builds {
        apply(records, &Change::of(build.id, BuildEvent::ModelTightened, &system).because(&why), now)?;
    }
    Ok(())
}

/// For the log: the parts that differ, and the model's old and new name.
fn told(before: &Engine, after: &Engine) -> serde_json::Value {
    let mut parts = Vec::new();
    let mut differs = |part: &'static str, different: bool| different.then(|| parts.push(part));
    differs("name", before.name != after.name);
    differs("details", before.details != after.details);
    differs("deploymentModel", before.deployment_model != after.deployment_model);
    let models = [before, after].map(|engine| engine.deployment_model.name());
    json!({ "changed": parts, "deploymentModel": models })
}
