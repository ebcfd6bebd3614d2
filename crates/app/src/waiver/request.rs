//! Asking for a waiver.

use assay_core::ledger::{Transaction, write};
use assay_core::waiver::{Narrowing, Party, WaiverFilter, WaiverScope, WaiverStatus};
use assay_core::{Actor, Code, OrgId, Refused, Rejection, Role, Scope, Waiver, WaiverId};
use jiff::Timestamp;

use crate::{Service, engine, scope};

/// A waiver to be asked for.
#[derive(Clone, PartialEq, Debug)]
pub struct NewWaiver {
    /// The rule.
    pub code: Code,
    /// Which findings of it.
    pub narrowing: Narrowing,
    /// Which builds.
    pub scope: WaiverScope,
    /// Whose; for a scope that names an engine it is the engine's in any case.
    pub org: Option<OrgId>,
    /// Why the finding may be tolerated, and what will mend it.
    pub reason: String,
    /// From when on it lifts nothing any more.
    pub expires_at: Timestamp,
    /// Who asks, where somebody at the machine writes it down for them.
    pub on_behalf_of: Option<String>,
}

/// Most waivers of an organization that wait for a decision.
const MOST_WAITING: u32 = 500;

/// Asks for a waiver. A developer of the organization may.
///
/// # Errors
/// `not-found` for an engine or organization out of sight; `not-allowed`; `not-waivable`, `reason-required`,
/// `waiver-expired`, `waiver-too-long`, `malformed-waiver`; `too-many-waivers`; faults of the store.
pub fn request(service: &Service, actor: &Actor, new: &NewWaiver) -> Result<Waiver, Refused> {
    let now = service.now();
    let id = WaiverId(service.ids.next_id());
    write(&*service.ledger, |records| {
        let org = org_of(records, actor, new)?;
        if !actor.is(Role::Developer, org) || !actor.may(Scope::Write) {
            return Err(Rejection::new(
                "not-allowed",
                "a waiver is asked for by a developer of the organization",
            )
            .into());
        }
        let waiver = asked(id, org, requester(actor, new)?, new, now);
        waiver.validate(now)?;
        refuse_flood(records, org)?;
        records.insert_waiver(&waiver)?;
        Ok(waiver)
    })
}

fn asked(id: WaiverId, org: OrgId, requester: Party, new: &NewWaiver, now: Timestamp) -> Waiver {
    Waiver {
        id,
        org,
        code: new.code,
        narrowing: new.narrowing.clone(),
        scope: new.scope.clone(),
        reason: new.reason.trim().into(),
        requester,
        requested_at: now,
        approver: None,
        decided_at: None,
        decision: None,
        expires_at: new.expires_at,
        status: WaiverStatus::Requested,
    }
}

fn org_of(records: &dyn Transaction, actor: &Actor, new: &NewWaiver) -> Result<OrgId, Refused> {
    if let WaiverScope::Engine(id) = new.scope {
        let engine = engine::seen(records, actor, id)?;
        return Ok(engine.org);
    }
    let org = new.org.unwrap_or(actor.org);
    if !actor.sees(org) || records.organization(org)?.is_none() {
        return Err(scope::no_org(org).into());
    }
    Ok(org)
}

/// The actor; for somebody at the machine, whoever they write it down for.
fn requester(actor: &Actor, new: &NewWaiver) -> Result<Party, Rejection> {
    match &new.on_behalf_of {
        None => Ok(Party { user: actor.user, name: actor.name.clone() }),
        Some(name) if actor.user.is_none() && !name.trim().is_empty() && name.chars().count() <= 254 => {
            Ok(Party { user: None, name: name.trim().into() })
        }
        Some(_) => Err(Rejection::new("not-allowed", "a user asks in the own name")),
    }
}

fn refuse_flood(records: &dyn Transaction, org: OrgId) -> Result<(), Refused> {
    let filter =
        WaiverFilter { org: Some(org), status: Some(WaiverStatus::Requested), ..WaiverFilter::default() };
    let page = assay_core::records::Page { offset: MOST_WAITING - 1, limit: 1 };
    if records.waivers(&filter, page)?.is_empty() {
        return Ok(());
    }
    let message = format!("{MOST_WAITING} waivers of the organization wait for a decision already");
    Err(Rejection::new("too-many-waivers", message).hint("have them decided first").into())
}
