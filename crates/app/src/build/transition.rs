//! The one place where a build moves: the table of the law is asked, and row, event, messages, work and the state of the
//! engine change together in the caller's transaction.

use assay_core::build::lifecycle::{self, Transition};
use assay_core::build::{BuildEvent, LifecycleEvent};
use assay_core::ledger::Transaction;
use assay_core::{Actor, Build, BuildId, BuildStatus, Digest, Refused, Verdict};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::seen::{engine_of, seen};
use super::{consequence, guard};
use crate::{engine, notice};

/// What happens to a build, who causes it, and what comes with it.
#[derive(Clone, PartialEq, Debug)]
pub struct Change<'a> {
    /// Which build.
    pub build: BuildId,
    /// What happens.
    pub event: BuildEvent,
    /// Who causes it.
    pub actor: &'a Actor,
    /// Why, one sentence.
    pub reason: Option<String>,
    /// More for the log; an object or null.
    pub details: Value,
    /// The image's digest, when it is known only now: it was fetched.
    pub image: Option<Digest>,
    /// The engine manifest as found, JSON text; intake brings it.
    pub manifest: Option<String>,
    /// What a judgement came to; intake and certification bring it.
    pub judgement: Option<Judgement>,
}

/// What a judgement came to. What is not told stays as it was.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Judgement {
    /// Digest of the report, kept as a document.
    pub report: Option<Digest>,
    /// The verdict.
    pub verdict: Option<Verdict>,
    /// The policy, `default@1`.
    pub policy: Option<String>,
}

impl<'a> Change<'a> {
    /// `event` happens to `build`, because of `actor`.
    pub fn of(build: BuildId, event: BuildEvent, actor: &'a Actor) -> Self {
        Self {
            build,
            event,
            actor,
            reason: None,
            details: Value::Null,
            image: None,
            manifest: None,
            judgement: None,
        }
    }

    /// Adds why.
    #[must_use]
    pub fn because(self, reason: impl Into<String>) -> Self {
        Self { reason: Some(reason.into()), ..self }
    }

    /// Adds more for the log.
    #[must_use]
    pub fn with_details(self, details: Value) -> Self {
        Self { details, ..self }
    }

    /// Adds the digest of an image that was fetched.
    #[must_use]
    pub fn with_image(self, digest: Digest) -> Self {
        Self { image: Some(digest), ..self }
    }

    /// Adds the engine manifest as found.
    #[must_use]
    pub fn with_manifest(self, manifest: impl Into<String>) -> Self {
        Self { manifest: Some(manifest.into()), ..self }
    }

    /// Adds what a judgement came to.
    #[must_use]
    pub fn judged(self, judgement: Judgement) -> Self {
        Self { judgement: Some(judgement), ..self }
    }
}

/// Moves a build. Returns it as it stands when everything that follows by rule has followed too: a build that passed
/// intake may come back submitted, one that passed its certification approved.
///
/// # Errors
/// `not-found`, `transition-refused`, `not-allowed`, `reason-required`, `engine-disabled`, `four-eyes`, `reopen-too-late`,
/// `build-exists`; faults of the store.
pub fn apply(records: &dyn Transaction, change: &Change<'_>, at: Timestamp) -> Result<Build, Refused> {
    let build = seen(records, change.actor, change.build)?;
    let engine = engine_of(records, &build)?;
    let row = lifecycle::transition(build.standing(), change.event, change.actor, build.org)?;
    guard::check(records, change, &build, &engine, at)?;
    if row.to.status == BuildStatus::Deployed {
        displace(records, &build, at)?;
    }
    let moved = moved(&build, row, change, at);
    records.update_build(&moved)?;
    tell(records, row, change, &build, &moved, at)?;
    engine::settle(records, &moved, at)?;
    consequence::follow(records, change.event, build.standing(), moved, at)
}

/// Takes the engine's deployed build out of service to make room for `newcomer`.
fn displace(records: &dyn Transaction, newcomer: &Build, at: Timestamp) -> Result<(), Refused> {
    let Some(old) = records.deployed_build(newcomer.engine)? else { return Ok(()) };
    let system = Actor::system();
    let change = Change::of(old.id, BuildEvent::Displaced, &system)
        .because(format!("build {} took its place", newcomer.number))
        .with_details(json!({ "displacedBy": newcomer.id }));
    apply(records, &change, at).map(drop)
}

/// The build's row after the change.
fn moved(build: &Build, row: &Transition, change: &Change<'_>, at: Timestamp) -> Build {
    let mut moved = build.clone();
    (moved.status, moved.stage) = (row.to.status, row.to.stage);
    if row.to != build.standing() {
        moved.modified_at = at;
        moved.reason = None;
    }
    moved.reason = change.reason.clone().or(moved.reason);
    match change.event {
        BuildEvent::Submit => (moved.submitted_by, moved.submitted_at) = (change.actor.user, Some(at)),
        BuildEvent::AutoSubmitted => (moved.submitted_by, moved.submitted_at) = (build.pushed_by, Some(at)),
        _ if row.to.status == BuildStatus::Available => forget_judgement(&mut moved),
        _ => {}
    }
    moved.digest = change.image.clone().or(moved.digest);
    moved.manifest = change.manifest.clone().or(moved.manifest);
    if let Some(judgement) = change.judgement.clone() {
        moved.report = judgement.report.or(moved.report);
        moved.verdict = judgement.verdict.or(moved.verdict);
        moved.policy = judgement.policy.or(moved.policy);
    }
    moved
}

/// Whatever was judged before a build became available again does not count for its next submission.
fn forget_judgement(build: &mut Build) {
    (build.submitted_by, build.submitted_at) = (None, None);
    (build.verdict, build.policy) = (None, None);
}

/// Writes the event down and lets those know who want to.
fn tell(
    records: &dyn Transaction,
    row: &Transition,
    change: &Change<'_>,
    before: &Build,
    after: &Build,
    at: Timestamp,
) -> Result<(), Refused> {
    let mut event = LifecycleEvent {
        sequence: 0,
        at,
        name: row.name.into(),
        engine: after.engine,
        build: Some(after.id),
        org: after.org,
        from: Some(before.status.name().into()),
        to: after.status.name().into(),
        user: change.actor.user,
        actor: change.actor.name.clone(),
        reason: change.reason.clone(),
        details: details(change, after),
    };
    event.sequence = records.append_event(&event)?;
    notice::on_event(records, &event, at)
}

/// The caller's details and what programs need to tell one event of a name from another.
fn details(change: &Change<'_>, after: &Build) -> Value {
    let mut details = match change.details.clone() {
        Value::Object(given) => given,
        Value::Null => serde_json::Map::new(),
        other => [("given".to_owned(), other)].into_iter().collect(),
    };
    details.insert("event".into(), change.event.key().into());
    details.insert("number".into(), after.number.into());
    if after.status == BuildStatus::Pending {
        details.insert("stage".into(), after.stage.name().into());
    }
    if let Some(success) = change.event.success() {
        details.insert("success".into(), success.into());
    }
    Value::Object(details)
}
