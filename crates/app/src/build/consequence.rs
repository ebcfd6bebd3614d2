//! What follows from a build's move by rule: work that is queued or called off, and the next move.

use assay_core::account::OrgSettings;
use assay_core::build::BuildEvent;
use assay_core::build::lifecycle::Standing;
use assay_core::ledger::Transaction;
use assay_core::work::{NewWork, WorkKind};
use assay_core::{Actor, Build, BuildStage, Refused};
use jiff::Timestamp;
use serde_json::json;

use super::reminder;
use super::seen::engine_of;
use super::transition::{Change, apply};

const CERTIFYING: Standing = Standing::pending(BuildStage::Certification);
const AWAITING: Standing = Standing::pending(BuildStage::AwaitingApproval);

/// How often certification and deployment are tried before they are given up.
const ATTEMPTS: u32 = 5;

const BY_RULE: &str = "by the organization's rule";

/// Does what follows from `event`, which moved `build` from `before`. Returns the build as it stands afterwards.
pub(super) fn follow(
    records: &dyn Transaction,
    event: BuildEvent,
    before: Standing,
    build: Build,
    at: Timestamp,
) -> Result<Build, Refused> {
    let awaited = before == AWAITING;
    if awaited && build.standing() != AWAITING {
        reminder::call_off(records, build.id, at)?;
    }
    match event {
        BuildEvent::Submit | BuildEvent::AutoSubmitted | BuildEvent::Reopen => {
            queue(records, WorkKind::Certification, &build, at)?;
        }
        BuildEvent::Withdraw | BuildEvent::Invalidate | BuildEvent::ModelTightened
            if before == CERTIFYING =>
        {
            records.cancel(WorkKind::Certification, &build.id.to_string(), at)?;
        }
        BuildEvent::Deploy => queue(records, WorkKind::Deploy, &build, at)?,
        BuildEvent::IntakePassed if settings(records, &build)?.auto_submit => {
            return move_on(records, &build, BuildEvent::AutoSubmitted, BY_RULE, at);
        }
        BuildEvent::CertificationPassed if settings(records, &build)?.auto_approve => {
            return move_on(records, &build, BuildEvent::AutoApproved, BY_RULE, at);
        }
        BuildEvent::DeploySucceeded if is_out_of_service(records, &build)? => {
            // Somebody disabled the engine meanwhile: what is in the runtime store by now takes no jobs.
            return move_on(
                records,
                &build,
                BuildEvent::EngineDisabled,
                "the engine was disabled meanwhile",
                at,
            );
        }
        // Judged anew while it waits, it has not begun to wait anew.
        BuildEvent::CertificationPassed | BuildEvent::CertificationHeld if !awaited => {
            reminder::set_up(records, build.id, build.modified_at)?;
        }
        _ => {}
    }
    Ok(build)
}

fn queue(records: &dyn Transaction, kind: WorkKind, build: &Build, at: Timestamp) -> Result<(), Refused> {
    let work = NewWork {
        kind,
        key: build.id.to_string(),
        payload: json!({ "build": build.id }),
        not_before: at,
        max_attempts: ATTEMPTS,
    };
    records.enqueue(&work, at).map(drop)
}

fn move_on(
    records: &dyn Transaction,
    build: &Build,
    event: BuildEvent,
    because: &str,
    at: Timestamp,
) -> Result<Build, Refused> {
    apply(records, &Change::of(build.id, event, &Actor::system()).because(because), at)
}

fn is_out_of_service(records: &dyn Transaction, build: &Build) -> Result<bool, Refused> {
    let engine = engine_of(records, build)?;
    Ok(engine.disabled.is_some() || engine.deleted_at.is_some())
}

fn settings(records: &dyn Transaction, build: &Build) -> Result<OrgSettings, Refused> {
    Ok(records.organization(build.org)?.map(|org| org.settings).unwrap_or_default())
}
