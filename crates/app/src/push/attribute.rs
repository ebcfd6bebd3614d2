//! Whose build a pushed image is: that of the engine its manifest names, if the engine is of the repository's
//! organization.

use assay_core::build::LifecycleEvent;
use assay_core::engine::DisabledReason;
use assay_core::ledger::Transaction;
use assay_core::push::{PushId, PushReason, UnattributedPush};
use assay_core::{
    Build, BuildId, BuildStage, BuildStatus, Digest, Engine, EngineId, IdSource, OrgId, Refused, UserId,
};
use jiff::Timestamp;
use serde_json::json;

use super::IntakeOrder;
use crate::notice;

/// Characters of what an image says that are repeated to people.
const REPEATED: usize = 100;

/// An image that has come.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Arrival {
    /// Repository that holds it: `<org>/<slug>`.
    pub repository: String,
    /// The organization of the repository.
    pub org: OrgId,
    /// Digest of the manifest or index.
    pub digest: Digest,
    /// The reference as pushed, for people.
    pub reference: String,
    /// Who pushed it.
    pub pushed_by: Option<UserId>,
    /// Who pushed it, for people.
    pub pusher: String,
    /// When.
    pub at: Timestamp,
}

/// What an image says of itself.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Claim {
    /// Its manifest names this engine, in the image's own words.
    Engine(String),
    /// It names none, and why.
    Nobody(PushReason),
}

/// What an arrival became.
#[derive(Clone, PartialEq, Debug)]
pub enum Attribution {
    /// A new build, `uploaded`.
    New(Build),
    /// The engine has a build of this very image; a further tag is one more name of it.
    Known(Build),
    /// No build. It is kept with the reason.
    Unattributed(UnattributedPush),
}

impl From<&IntakeOrder> for Arrival {
    fn from(order: &IntakeOrder) -> Self {
        Self {
            repository: order.repository.to_string(),
            org: order.org,
            digest: order.digest.clone(),
            reference: order.reference(),
            pushed_by: order.pushed_by,
            pusher: order.pusher.clone(),
            at: order.at,
        }
    }
}

/// Makes a build of an arrival, or keeps it as an unattributed push.
///
/// # Errors
/// Faults of the store.
pub fn attribute(
    records: &dyn Transaction,
    ids: &dyn IdSource,
    arrival: &Arrival,
    claim: &Claim,
) -> Result<Attribution, Refused> {
    let engine = match owner(records, arrival.org, claim)? {
        Ok(engine) => engine,
        Err(reason) => return keep(records, ids, arrival, claim, reason),
    };
    records.forget_push(&arrival.repository, &arrival.digest)?;
    if let Some(known) = records.build_by_digest(engine.id, &arrival.digest)? {
        return Ok(Attribution::Known(known));
    }
    let build = new_build(records, BuildId(ids.next_id()), &engine, arrival)?;
    records.insert_build(&build)?;
    tell(records, &build, "EngineBuildUpload", &arrival.pusher)?;
    Ok(Attribution::New(build))
}

/// The engine that is meant. One of another organization is as good as none.
fn owner(
    records: &dyn Transaction,
    org: OrgId,
    claim: &Claim,
) -> Result<Result<Engine, PushReason>, Refused> {
    let text = match claim {
        Claim::Engine(text) => text,
        Claim::Nobody(reason) => return Ok(Err(*reason)),
    };
    let named = text.trim().parse().ok().map(|id| records.engine(EngineId(id))).transpose()?.flatten();
    Ok(match named.filter(|engine| engine.org == org) {
        None => Err(PushReason::UnknownEngine),
        Some(engine) if engine.deleted_at.is_some() => Err(PushReason::EngineDeleted),
        Some(engine) if engine.disabled == Some(DisabledReason::User) => Err(PushReason::EngineDisabled),
        Some(engine) => Ok(engine),
    })
}

fn new_build(
    records: &dyn Transaction,
    id: BuildId,
    engine: &Engine,
    arrival: &Arrival,
) -> Result<Build, Refused> {
    Ok(Build {
        id,
        engine: engine.id,
        org: engine.org,
        number: records.next_number(engine.id)?,
        digest: Some(arrival.digest.clone()),
        repository: arrival.repository.clone(),
        reference: arrival.reference.clone(),
        status: BuildStatus::Uploaded,
        stage: BuildStage::None,
        pushed_by: arrival.pushed_by,
        uploaded_at: arrival.at,
        submitted_by: None,
        submitted_at: None,
        modified_at: arrival.at,
        manifest: None,
        report: None,
        verdict: None,
        policy: None,
        reason: None,
    })
}

/// Writes the beginning of a build's life down, under `name`.
pub(crate) fn tell(records: &dyn Transaction, build: &Build, name: &str, actor: &str) -> Result<(), Refused> {
    let mut event = LifecycleEvent {
        sequence: 0,
        at: build.uploaded_at,
        name: name.into(),
        engine: build.engine,
        build: Some(build.id),
        org: build.org,
        from: None,
        to: build.status.name().into(),
        user: build.pushed_by,
        actor: actor.into(),
        reason: None,
        details: json!({ "number": build.number, "reference": build.reference, "digest": build.digest }),
    };
    event.sequence = records.append_event(&event)?;
    notice::on_event(records, &event, event.at)
}

fn keep(
    records: &dyn Transaction,
    ids: &dyn IdSource,
    arrival: &Arrival,
    claim: &Claim,
    reason: PushReason,
) -> Result<Attribution, Refused> {
    let push = UnattributedPush {
        id: PushId(ids.next_id()),
        org: arrival.org,
        repository: arrival.repository.clone(),
        digest: arrival.digest.clone(),
        reference: arrival.reference.clone(),
        pushed_by: arrival.pushed_by,
        pusher: arrival.pusher.clone(),
        at: arrival.at,
        reason,
        detail: explained(reason, claim, arrival.org),
    };
    records.keep_push(&push)?;
    Ok(Attribution::Unattributed(push))
}

/// The reason in a sentence, with what to do.
fn explained(reason: PushReason, claim: &Claim, org: OrgId) -> String {
    let named = match claim {
        Claim::Engine(text) => text.chars().take(REPEATED).collect(),
        Claim::Nobody(_) => String::new(),
    };
    match reason {
        PushReason::UnreadableImage => "the image cannot be read; push it again".into(),
        PushReason::NoManifest => {
            "the image has no /var/manifest.json; put the engine's manifest there".into()
        }
        PushReason::UnparsableManifest => {
            "/var/manifest.json is no JSON object; try it with `assay manifest validate`".into()
        }
        PushReason::NoEngineId => "the manifest has no `engineId`; write the engine's id there".into(),
        PushReason::UnknownEngine => format!(
            "organization {org} has no engine `{named}`, which the manifest names; create it or mend `engineId`"
        ),
        PushReason::EngineDeleted => format!("engine `{named}` is deleted; undelete it and push again"),
        PushReason::EngineDisabled => format!("engine `{named}` is disabled; enable it and push again"),
    }
}
