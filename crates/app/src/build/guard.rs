//! What the table allows and a rule forbids all the same.

use assay_core::build::BuildEvent;
use assay_core::build::lifecycle::{self, REOPEN_DAYS};
use assay_core::ledger::Transaction;
use assay_core::{Actor, Build, Engine, Refused, Rejection};
use jiff::{SignedDuration, Timestamp};

use super::Change;
use crate::waiver;

/// Characters of a reason at most.
const LONGEST_REASON: usize = 2000;

/// Refuses what the rules of lifecycle.md §6 and §9 forbid.
pub(super) fn check(
    records: &dyn Transaction,
    change: &Change<'_>,
    build: &Build,
    engine: &Engine,
    at: Timestamp,
) -> Result<(), Refused> {
    reason(change)?;
    enabled(change, build, engine)?;
    in_time(change, build, at)?;
    new_image(records, change, build)?;
    if change.event == BuildEvent::Approve {
        four_eyes(records, change.actor, build)?;
        waiver::refuse_unapprovable(records, build, at)?;
    }
    Ok(())
}

fn reason(change: &Change<'_>) -> Result<(), Rejection> {
    let given = change.reason.as_deref().unwrap_or_default().trim();
    if change.event.needs_reason() && given.is_empty() {
        return Err(Rejection::new("reason-required", "this takes a reason, which the developer reads")
            .hint("say in a sentence what stands against the build and what would mend it"));
    }
    let by_a_person = change.event.action().is_some();
    if by_a_person && given.chars().count() > LONGEST_REASON {
        return Err(Rejection::new(
            "reason-too-long",
            format!("a reason has at most {LONGEST_REASON} characters"),
        ));
    }
    Ok(())
}

/// Nothing is put into service in a disabled or deleted engine.
fn enabled(change: &Change<'_>, build: &Build, engine: &Engine) -> Result<(), Rejection> {
    let needed = change.event.action().is_some_and(|action| action.needs_enabled_engine());
    if !needed || (engine.disabled.is_none() && engine.deleted_at.is_none()) {
        return Ok(());
    }
    let refusal = lifecycle::refused(build.standing(), change.event, true);
    Err(Rejection {
        code: "engine-disabled",
        message: format!("engine `{}` is disabled", engine.name),
        hint: Some("enable the engine first".into()),
        ..refusal
    })
}

fn in_time(change: &Change<'_>, build: &Build, at: Timestamp) -> Result<(), Rejection> {
    let late = at.duration_since(build.modified_at) > SignedDuration::from_hours(24 * REOPEN_DAYS);
    if change.event == BuildEvent::Reopen && late {
        let message = format!("a build can be reopened within {REOPEN_DAYS} days of its refusal");
        return Err(Rejection::new("reopen-too-late", message).hint("push a new build"));
    }
    Ok(())
}

/// An image that was fetched may turn out to be that of another build.
fn new_image(records: &dyn Transaction, change: &Change<'_>, build: &Build) -> Result<(), Refused> {
    let Some(digest) = &change.image else { return Ok(()) };
    match records.build_by_digest(build.engine, digest)?.filter(|other| other.id != build.id) {
        None => Ok(()),
        Some(other) => Err(exists(&other).into()),
    }
}

/// The refusal of a second build of one image.
pub(super) fn exists(other: &Build) -> Rejection {
    let data = serde_json::json!({ "objectId": other.id, "objectType": "Build" });
    Rejection::new("build-exists", format!("the engine has this very image as build {}", other.number))
        .data(data)
}

/// Whoever submitted a build does not approve it, where the organization wants it so. Whoever sits at the machine is no
/// user and was trusted with more than this; the log names them.
fn four_eyes(records: &dyn Transaction, actor: &Actor, build: &Build) -> Result<(), Refused> {
    let same = actor.user.is_some() && actor.user == build.submitted_by;
    let wanted = || -> Result<bool, Refused> {
        Ok(records.organization(build.org)?.is_some_and(|org| org.settings.four_eyes))
    };
    if same && wanted()? {
        return Err(Rejection::new("four-eyes", "whoever submitted a build may not approve it here")
            .hint("ask another approver")
            .into());
    }
    Ok(())
}
