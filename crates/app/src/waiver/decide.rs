//! Deciding about a waiver, and what follows for builds that wait.

use assay_core::ledger::{Transaction, write};
use assay_core::waiver::{LONGEST_REASON, Party, WaiverStatus};
use assay_core::{Actor, Refused, Rejection, Role, Scope, Waiver, WaiverId};
use jiff::Timestamp;

use super::rejudge::{Rejudged, rejudge};
use super::see::seen;
use crate::Service;

/// Grants a waiver that was asked for. Builds that wait for a person are judged again at once. An approver may, who is
/// not the one who asked.
///
/// # Errors
/// `not-found`, `not-allowed`, `waiver-decided`, `own-waiver`, `waiver-expired`; faults of the store.
pub fn grant(
    service: &Service,
    actor: &Actor,
    id: WaiverId,
    comment: Option<&str>,
) -> Result<(Waiver, Vec<Rejudged>), Refused> {
    decide(service, actor, id, comment, |waiver, decider, now| {
        expect(waiver, WaiverStatus::Requested)?;
        waiver.refuse_own(decider)?;
        waiver.validate(now)?;
        Ok(WaiverStatus::Granted)
    })
}

/// Refuses a waiver that was asked for, with a reason. An approver may.
///
/// # Errors
/// `not-found`, `not-allowed`, `waiver-decided`, `reason-required`; faults of the store.
pub fn refuse(service: &Service, actor: &Actor, id: WaiverId, reason: &str) -> Result<Waiver, Refused> {
    let decided = decide(service, actor, id, Some(reason), |waiver, _, _| {
        expect(waiver, WaiverStatus::Requested)?;
        require(reason)?;
        Ok(WaiverStatus::Refused)
    });
    decided.map(|(waiver, _)| waiver)
}

/// Takes a granted waiver back, with a reason. Builds that wait for a person are judged again at once; what was approved
/// stays approved. An approver may.
///
/// # Errors
/// `not-found`, `not-allowed`, `waiver-decided`, `reason-required`; faults of the store.
pub fn revoke(
    service: &Service,
    actor: &Actor,
    id: WaiverId,
    reason: &str,
) -> Result<(Waiver, Vec<Rejudged>), Refused> {
    decide(service, actor, id, Some(reason), |waiver, _, _| {
        expect(waiver, WaiverStatus::Granted)?;
        require(reason)?;
        Ok(WaiverStatus::Revoked)
    })
}

/// A decision: the status it leads to, unless it is refused.
type Decision<'a> = dyn Fn(&Waiver, &Party, Timestamp) -> Result<WaiverStatus, Rejection> + 'a;

fn decide(
    service: &Service,
    actor: &Actor,
    id: WaiverId,
    comment: Option<&str>,
    decision: impl Fn(&Waiver, &Party, Timestamp) -> Result<WaiverStatus, Rejection>,
) -> Result<(Waiver, Vec<Rejudged>), Refused> {
    let now = service.now();
    let decision: &Decision<'_> = &decision;
    write(&*service.ledger, |records| {
        let waiver = decided(records, actor, id, comment, decision, now)?;
        let rejudged =
            if waiver.status == WaiverStatus::Refused { Vec::new() } else { rejudge(records, &waiver, now)? };
        Ok((waiver, rejudged))
    })
}

fn decided(
    records: &dyn Transaction,
    actor: &Actor,
    id: WaiverId,
    comment: Option<&str>,
    decision: &Decision<'_>,
    now: Timestamp,
) -> Result<Waiver, Refused> {
    let waiver = seen(records, actor, id)?;
    if !actor.is(Role::Approver, waiver.org) || !actor.may(Scope::Approve) {
        return Err(Rejection::new("not-allowed", "an approver decides about waivers").into());
    }
    let comment = comment.map(str::trim).filter(|comment| !comment.is_empty());
    if comment.is_some_and(|comment| comment.chars().count() > LONGEST_REASON) {
        let message = format!("a comment has at most {LONGEST_REASON} characters");
        return Err(Rejection::new("comment-too-long", message).into());
    }
    let decider = Party { user: actor.user, name: actor.name.clone() };
    let status = decision(&waiver, &decider, now)?;
    let decided = Waiver {
        approver: Some(decider),
        decided_at: Some(now),
        decision: comment.map(str::to_owned),
        status,
        ..waiver
    };
    records.decide_waiver(&decided)?;
    Ok(decided)
}

fn expect(waiver: &Waiver, status: WaiverStatus) -> Result<(), Rejection> {
    if waiver.status == status {
        return Ok(());
    }
    let message = format!("the waiver is {}, not {}", waiver.status.name(), status.name());
    Err(Rejection::new("waiver-decided", message))
}

fn require(reason: &str) -> Result<(), Rejection> {
    if reason.trim().is_empty() {
        return Err(Rejection::new("reason-required", "this takes a reason, which the requester reads"));
    }
    Ok(())
}
