//! Webhook endpoints: made, changed, tried and deleted by an organization's developers and admins.

use assay_core::ledger::{Transaction, read, write};
use assay_core::notice::{
    About, DeliveryFilter, DeliveryId, DeliveryState, EndpointDisabled, EndpointId, EndpointSecret,
    PreviousSecret, Recipient, WebhookEndpoint, names,
};
use assay_core::records::Page;
use assay_core::work::WorkKind;
use assay_core::{Actor, IdSource, OrgId, Refused, Rejection, Role, Scope};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use jiff::{SignedDuration, Timestamp};

use super::address::{self, WebhookRules};
use super::queue::Queue;
use crate::Service;

/// Endpoints of one organization at most.
const MOST: usize = 20;
/// Characters of a description at most.
const LONGEST_DESCRIPTION: usize = 200;
/// How long a replaced secret signs beside its successor.
const CHANGE_OVER: SignedDuration = SignedDuration::from_hours(24);

/// What an endpoint is made of, or changed to. What is not given stays as it is, or empty.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct EndpointProfile {
    /// Where messages are posted.
    pub url: Option<String>,
    /// For people, at most 200 characters.
    pub description: Option<String>,
    /// Names of the events it wants; empty means all.
    pub events: Option<Vec<String>>,
    /// Whether it is told anything.
    pub enabled: Option<bool>,
}

/// Makes an endpoint, with a secret of its own.
///
/// # Errors
/// `not-found`, `not-allowed`, `too-many-endpoints`, those of [`address::check`], `unknown-event`, `description-too-long`;
/// faults of the store.
pub fn create_endpoint(
    service: &Service,
    actor: &Actor,
    org: OrgId,
    profile: EndpointProfile,
    rules: &WebhookRules,
) -> Result<WebhookEndpoint, Refused> {
    let now = service.now();
    let mut endpoint = WebhookEndpoint {
        id: EndpointId(service.ids.next_id()),
        org,
        url: String::new(),
        description: String::new(),
        secret: new_secret(&*service.ids),
        previous: None,
        events: Vec::new(),
        disabled: None,
        rests_until: None,
        created_at: now,
        created_by: actor.user,
        modified_at: now,
    };
    write(&*service.ledger, |records| {
        may_manage(records, actor, org)?;
        if records.endpoints(Some(org))?.len() >= MOST {
            return Err(too_many().into());
        }
        let profile = EndpointProfile { url: Some(profile.url.unwrap_or_default()), ..profile };
        fill(&mut endpoint, profile, rules)?;
        records.insert_endpoint(&endpoint)
    })?;
    Ok(endpoint)
}

/// Endpoints of an organization.
///
/// # Errors
/// `not-found`, `not-allowed`; faults of the store.
pub fn endpoints(service: &Service, actor: &Actor, org: OrgId) -> Result<Vec<WebhookEndpoint>, Refused> {
    read(&*service.ledger, |records| {
        may_manage(records, actor, org)?;
        records.endpoints(Some(org))
    })
}

/// Changes an endpoint. Enabling takes back that it said it was gone.
///
/// # Errors
/// Those of [`create_endpoint`].
pub fn update_endpoint(
    service: &Service,
    actor: &Actor,
    id: EndpointId,
    profile: EndpointProfile,
    rules: &WebhookRules,
) -> Result<WebhookEndpoint, Refused> {
    change(service, actor, id, |endpoint, _| Ok(fill(endpoint, profile, rules)?))
}

/// Gives an endpoint a new secret. The old one signs beside it for a day.
///
/// # Errors
/// `not-found`, `not-allowed`; faults of the store.
pub fn rotate_secret(service: &Service, actor: &Actor, id: EndpointId) -> Result<WebhookEndpoint, Refused> {
    let secret = new_secret(&*service.ids);
    change(service, actor, id, |endpoint, now| {
        let until = now.checked_add(CHANGE_OVER).unwrap_or(Timestamp::MAX);
        let old = std::mem::replace(&mut endpoint.secret, secret);
        endpoint.previous = Some(PreviousSecret { secret: old, until });
        Ok(())
    })
}

/// Deletes an endpoint and calls off what waits for it.
///
/// # Errors
/// `not-found`, `not-allowed`; faults of the store.
pub fn delete_endpoint(service: &Service, actor: &Actor, id: EndpointId) -> Result<(), Refused> {
    let now = service.now();
    let off = EndpointDisabled::Person;
    change(service, actor, id, |endpoint, _| {
        endpoint.disabled = endpoint.disabled.or(Some(off));
        Ok(())
    })?;
    // Nothing more is queued for it. What waits may be much, and others want to write meanwhile.
    loop {
        let over = write(&*service.ledger, |records| {
            managed(records, actor, id)?;
            let over = call_off(records, id, now)?;
            over.then(|| records.delete_endpoint(id)).transpose()?;
            Ok(over)
        })?;
        if over {
            return Ok(());
        }
    }
}

/// Queues a message that tells nothing, to try the way.
///
/// # Errors
/// `not-found`, `not-allowed`, `endpoint-disabled`; faults of the store.
pub fn ping(service: &Service, actor: &Actor, id: EndpointId) -> Result<DeliveryId, Refused> {
    let now = service.now();
    let key = format!("ping/{}", service.ids.next_id());
    write(&*service.ledger, |records| {
        let endpoint = managed(records, actor, id)?;
        refuse_disabled(&endpoint)?;
        let queue = Queue {
            records,
            at: now,
            org: endpoint.org,
            name: names::PING,
            about: About::Ping,
            key,
            report: None,
        };
        queue.to(Recipient::Endpoint(id), endpoint.org, now)
    })
}

/// The endpoint, when `actor` may manage it.
pub(super) fn managed(
    records: &dyn Transaction,
    actor: &Actor,
    id: EndpointId,
) -> Result<WebhookEndpoint, Refused> {
    let there = records.endpoint(id)?.filter(|endpoint| actor.sees(endpoint.org));
    let endpoint =
        there.ok_or_else(|| Rejection::new("not-found", format!("there is no webhook endpoint {id}")))?;
    may_manage(records, actor, endpoint.org)?;
    Ok(endpoint)
}

/// Refuses who is neither developer nor admin of the organization. The operators' endpoints hear of everybody, which only
/// their admins may.
pub(super) fn may_manage(records: &dyn Transaction, actor: &Actor, org: OrgId) -> Result<(), Refused> {
    if !actor.sees(org) || records.organization(org)?.is_none() {
        return Err(Rejection::new("not-found", format!("there is no organization {org}")).into());
    }
    let (role, scope, hint) = match org {
        OrgId::OPERATORS => {
            (Role::Admin, Scope::Admin, "this takes an admin, with a token for administration")
        }
        _ => {
            let hint = "this takes a developer or admin of the organization, with a token for writing";
            (Role::Developer, Scope::Write, hint)
        }
    };
    if actor.is(role, org) && actor.may(scope) {
        return Ok(());
    }
    let message = format!("`{}` may not manage the webhooks of organization {org}", actor.name);
    Err(Rejection::new("not-allowed", message).hint(hint).into())
}

pub(super) fn refuse_disabled(endpoint: &WebhookEndpoint) -> Result<(), Rejection> {
    match endpoint.disabled {
        None => Ok(()),
        Some(_) => Err(Rejection::new("endpoint-disabled", format!("endpoint {} is disabled", endpoint.id))
            .hint("enable it first")),
    }
}

fn change(
    service: &Service,
    actor: &Actor,
    id: EndpointId,
    change: impl FnOnce(&mut WebhookEndpoint, Timestamp) -> Result<(), Refused>,
) -> Result<WebhookEndpoint, Refused> {
    let now = service.now();
    write(&*service.ledger, |records| {
        let mut endpoint = managed(records, actor, id)?;
        change(&mut endpoint, now)?;
        endpoint.modified_at = now;
        records.update_endpoint(&endpoint)?;
        Ok(endpoint)
    })
}

fn fill(
    endpoint: &mut WebhookEndpoint,
    profile: EndpointProfile,
    rules: &WebhookRules,
) -> Result<(), Rejection> {
    if let Some(url) = profile.url {
        address::check(&url, rules)?;
        endpoint.url = url;
    }
    if let Some(description) = profile.description {
        endpoint.description = checked_description(description)?;
    }
    if let Some(events) = profile.events {
        endpoint.events = checked_events(events)?;
    }
    endpoint.disabled = match profile.enabled {
        Some(true) => None,
        Some(false) => endpoint.disabled.or(Some(EndpointDisabled::Person)),
        None => endpoint.disabled,
    };
    Ok(())
}

fn checked_description(description: String) -> Result<String, Rejection> {
    if description.chars().count() > LONGEST_DESCRIPTION {
        let message = format!("a description has at most {LONGEST_DESCRIPTION} characters");
        return Err(Rejection::new("description-too-long", message));
    }
    Ok(description)
}

fn checked_events(mut events: Vec<String>) -> Result<Vec<String>, Rejection> {
    let known = names::all();
    if let Some(unknown) = events.iter().find(|event| !known.contains(&event.as_str())) {
        let unknown: String = unknown.chars().take(60).collect();
        return Err(Rejection::new("unknown-event", format!("there is no event `{unknown}`"))
            .hint(format!("one of {}", known.join(", "))));
    }
    events.sort_unstable();
    events.dedup();
    Ok(events)
}

/// Deliveries called off in one transaction at most.
const PIECE: u32 = 500;

/// Calls off what waits for an endpoint, a piece of it; tells whether that was all.
fn call_off(records: &dyn Transaction, id: EndpointId, now: Timestamp) -> Result<bool, Refused> {
    let filter = DeliveryFilter {
        endpoint: Some(id),
        state: Some(DeliveryState::Queued),
        ..DeliveryFilter::default()
    };
    let waiting = records.deliveries(&filter, Page { offset: 0, limit: PIECE })?;
    let over = waiting.len() < PIECE as usize;
    for mut delivery in waiting {
        records.cancel(WorkKind::Webhook, &delivery.id.0, now)?;
        (delivery.state, delivery.next_at, delivery.ended_at) = (DeliveryState::Cancelled, None, Some(now));
        records.update_delivery(&delivery)?;
    }
    Ok(over)
}

/// 256 random bits, as the Standard Webhooks specification writes them.
fn new_secret(ids: &dyn IdSource) -> EndpointSecret {
    let mut bytes = [0; 32];
    ids.fill(&mut bytes);
    EndpointSecret::new(format!("{}{}", EndpointSecret::PREFIX, BASE64_STANDARD.encode(bytes)))
}

fn too_many() -> Rejection {
    Rejection::new("too-many-endpoints", format!("an organization has at most {MOST} webhook endpoints"))
        .hint("delete one that is not needed any more")
}
