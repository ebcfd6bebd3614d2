//! The build's way through the service, from its events and its work.

use assay_core::build::LifecycleEvent;
use assay_core::build::lifecycle::spells;
use assay_core::ledger::Transaction;
use assay_core::records::Page;
use assay_core::report::{Attempt, Elapsed, Happening, Lifecycle};
use assay_core::work::{Work, WorkKind};
use assay_core::{Build, Digest, Engine, Refused};
use jiff::Timestamp;

/// Events read at once, and at most in all.
const AT_ONCE: u32 = 1_000;
const MOST: usize = 10_000;

/// All events of the build, oldest first.
pub(super) fn events(records: &dyn Transaction, build: &Build) -> Result<Vec<LifecycleEvent>, Refused> {
    let mut events = Vec::new();
    let mut offset = 0;
    loop {
        let found = records.build_events(build.id, Page { offset, limit: AT_ONCE })?;
        let last = found.len() < AT_ONCE as usize;
        events.extend(found);
        if last || events.len() >= MOST {
            return Ok(events);
        }
        offset += AT_ONCE;
    }
}

/// The way as the report tells it.
pub(super) fn told(
    records: &dyn Transaction,
    build: &Build,
    engine: &Engine,
    events: &[LifecycleEvent],
    now: Timestamp,
) -> Result<Lifecycle, Refused> {
    Ok(Lifecycle {
        as_of: now,
        number: build.number,
        engine_name: engine.name.clone(),
        organization: build.org.to_string(),
        repository: build.repository.clone(),
        digest: build.digest.as_ref().map(Digest::to_string).unwrap_or_default(),
        stage: build.stage.name().into(),
        reason: build.reason.clone(),
        submitted_at: build.submitted_at,
        certification: build.report.as_ref().map(Digest::to_string),
        elapsed: elapsed(events, now),
        events: events.iter().map(happening).collect(),
        attempts: attempts(records, build)?,
    })
}

fn elapsed(events: &[LifecycleEvent], now: Timestamp) -> Vec<Elapsed> {
    let told = spells(events).into_iter().map(|spell| Elapsed {
        milliseconds: u64::try_from(spell.elapsed(now).as_millis()).unwrap_or(0),
        status: spell.status,
        stage: spell.stage,
        from: spell.from,
        to: spell.to,
    });
    told.collect()
}

fn happening(event: &LifecycleEvent) -> Happening {
    Happening {
        sequence: event.sequence,
        at: event.at,
        name: event.name.clone(),
        from: event.from.clone(),
        to: event.to.clone(),
        actor: event.actor.clone(),
        reason: event.reason.clone(),
        details: event.details.clone(),
    }
}

/// The newest work of each kind on the build.
fn attempts(records: &dyn Transaction, build: &Build) -> Result<Vec<Attempt>, Refused> {
    let id = build.id.to_string();
    let push = build.digest.as_ref().map(|digest| format!("{}@{digest}", build.repository));
    let mut found = Vec::new();
    if let Some(push) = push {
        found.extend(records.work_on(WorkKind::Intake, &push)?);
    }
    for kind in [WorkKind::Fetch, WorkKind::Certification, WorkKind::Deploy] {
        found.extend(records.work_on(kind, &id)?);
    }
    Ok(found.into_iter().map(attempt).collect())
}

fn attempt(work: Work) -> Attempt {
    Attempt {
        work: work.kind.name().into(),
        state: work.state.name().into(),
        attempts: work.attempts,
        max_attempts: work.max_attempts,
        queued_at: work.queued_at,
        last_fault: work.last_fault,
    }
}
