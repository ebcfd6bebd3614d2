//! One attempt at one delivery.
//!
//! The message is read, sent, and what came of it is kept together with the end of the lease. A process that dies in
//! between has sent something that nobody noted: it is sent again under the same id, and the receiver knows it by that.

use std::sync::Arc;
use std::time::Duration;

use assay_core::ledger::{Transaction, read, write};
use assay_core::notice::{
    Alert, Attempt, Delivery, DeliveryId, DeliveryState, EndpointDisabled, Recipient, WebhookEndpoint,
};
use assay_core::work::{Lease, Work, WorkEnd, WorkKind};
use assay_core::{Fault, IdSource, OrgId, Refused};
use jiff::{SignedDuration, Timestamp};

use super::port::{Fate, Sending, Target};
use super::{Mailer, Message, Poster, message, schedule};
use crate::Service;
use crate::work::{Handler, StopFlag, WorkOutcome, lost};

/// How long one attempt may take; the ports' own time limits end it before.
const LIMIT: Duration = Duration::from_secs(120);

/// How long after an attempt at what an endpoint did not answer the others for it are tried.
const BEHIND: SignedDuration = SignedDuration::from_secs(1);

/// Sends letters.
pub struct MailHandler {
    /// The service.
    pub service: Service,
    /// What sends them.
    pub mailer: Arc<dyn Mailer>,
}

/// Posts to webhook endpoints.
pub struct WebhookHandler {
    /// The service.
    pub service: Service,
    /// What posts.
    pub poster: Arc<dyn Poster>,
}

impl std::fmt::Debug for MailHandler {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MailHandler").finish_non_exhaustive()
    }
}

impl std::fmt::Debug for WebhookHandler {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WebhookHandler").finish_non_exhaustive()
    }
}

impl Handler for MailHandler {
    fn kind(&self) -> WorkKind {
        WorkKind::Mail
    }

    fn limit(&self) -> Duration {
        LIMIT
    }

    fn run(&self, lease: &Lease, _stop: &StopFlag) -> WorkOutcome {
        Ok(deliver(&self.service, lease, |parcel| match &parcel.to {
            To::Address(address) => self.mailer.mail(address, &parcel.message),
            To::Target(_) => misplaced(),
        })?)
    }

    fn gave_up(
        &self,
        records: &dyn Transaction,
        work: &Work,
        fault: &Fault,
        at: Timestamp,
    ) -> Result<(), Refused> {
        give_up(records, work, fault, at)
    }
}

impl Handler for WebhookHandler {
    fn kind(&self) -> WorkKind {
        WorkKind::Webhook
    }

    fn limit(&self) -> Duration {
        LIMIT
    }

    fn run(&self, lease: &Lease, _stop: &StopFlag) -> WorkOutcome {
        Ok(deliver(&self.service, lease, |parcel| match &parcel.to {
            To::Target(target) => self.poster.post(target, &parcel.message, self.service.now()),
            To::Address(_) => misplaced(),
        })?)
    }

    fn gave_up(
        &self,
        records: &dyn Transaction,
        work: &Work,
        fault: &Fault,
        at: Timestamp,
    ) -> Result<(), Refused> {
        give_up(records, work, fault, at)
    }
}

/// A message and where it goes.
struct Parcel {
    message: Message,
    to: To,
}

enum To {
    Address(String),
    Target(Target),
}

/// What the records say about a delivery that is due.
enum Due {
    Send(Box<Parcel>),
    /// Its endpoint listens no more.
    Deaf(Fault),
    /// It is over already, or was forgotten.
    Over,
}

fn deliver(service: &Service, lease: &Lease, send: impl FnOnce(&Parcel) -> Sending) -> Result<(), Refused> {
    let id = DeliveryId(lease.work.key.clone());
    let now = service.now();
    let sending = match read(&*service.ledger, |records| due(records, &id, now))? {
        Due::Send(parcel) => Some(send(&parcel)),
        Due::Deaf(fault) => Some(Sending::failed(fault)),
        Due::Over => None,
    };
    let now = service.now();
    write(&*service.ledger, |records| {
        let end = match (&sending, records.delivery(&id)?) {
            (Some(sending), Some(delivery)) => keep(records, delivery, sending, lease, &*service.ids, now)?,
            _ => WorkEnd::Done,
        };
        if records.end(lease, &end, now)? { Ok(()) } else { Err(lost()) }
    })
}

fn due(records: &dyn Transaction, id: &DeliveryId, now: Timestamp) -> Result<Due, Refused> {
    let waiting = records.delivery(id)?.filter(|delivery| delivery.state == DeliveryState::Queued);
    let Some(delivery) = waiting else { return Ok(Due::Over) };
    let to = match &delivery.to {
        Recipient::Mail { address, .. } => To::Address(address.clone()),
        Recipient::Endpoint(endpoint) => match records.endpoint(*endpoint)? {
            None => return Ok(Due::Deaf(deaf("the endpoint was deleted"))),
            Some(endpoint) if endpoint.disabled.is_some() => {
                return Ok(Due::Deaf(deaf("the endpoint is disabled")));
            }
            Some(endpoint) if is_disabled(records, endpoint.org)? => {
                return Ok(Due::Deaf(deaf("the organization is disabled")));
            }
            Some(endpoint) => {
                To::Target(Target { secrets: endpoint.signing_secrets(now), url: endpoint.url })
            }
        },
    };
    let message = message::of(records, &delivery)?;
    Ok(Due::Send(Box::new(Parcel { message, to })))
}

fn is_disabled(records: &dyn Transaction, org: OrgId) -> Result<bool, Refused> {
    Ok(records.organization(org)?.is_some_and(|org| org.disabled))
}

/// Writes down what an attempt came to, and returns how its work ends.
fn keep(
    records: &dyn Transaction,
    mut delivery: Delivery,
    sending: &Sending,
    lease: &Lease,
    ids: &dyn IdSource,
    now: Timestamp,
) -> Result<WorkEnd, Refused> {
    let end = end_of(&sending.fate, lease.work.attempts, ids, now);
    let fault = match &end {
        WorkEnd::Retry { fault, .. } | WorkEnd::Dead(fault) => Some(fault.to_string()),
        WorkEnd::Done | WorkEnd::HandedBack => None,
    };
    delivery.attempts += 1;
    delivery.last = Some(Attempt { at: now, status: sending.status, answer: sending.answer.clone(), fault });
    (delivery.state, delivery.next_at) = match &end {
        WorkEnd::Retry { at, .. } => (DeliveryState::Queued, Some(*at)),
        WorkEnd::Dead(_) => (DeliveryState::Dead, None),
        WorkEnd::Done | WorkEnd::HandedBack => (DeliveryState::Delivered, None),
    };
    delivery.ended_at = delivery.next_at.is_none().then_some(now);
    records.update_delivery(&delivery)?;
    if sending.fate == Fate::Gone {
        disable(records, &delivery, now)?;
    }
    rest(records, &delivery, sending)?;
    Ok(end)
}

/// An endpoint that did not answer has kept a worker for as long as one waits. Everything else for it comes after the next
/// attempt at this delivery, whose waits grow.
fn rest(records: &dyn Transaction, delivery: &Delivery, sending: &Sending) -> Result<(), Refused> {
    match (&delivery.to, delivery.next_at, sending.status) {
        (Recipient::Endpoint(endpoint), Some(next), None) => {
            let after = next.checked_add(BEHIND).unwrap_or(Timestamp::MAX);
            records.rest_endpoint(*endpoint, after)?;
            // That has moved this one as well.
            records.update_delivery(delivery)
        }
        _ => Ok(()),
    }
}

fn end_of(fate: &Fate, attempts: u32, ids: &dyn IdSource, now: Timestamp) -> WorkEnd {
    match fate {
        Fate::Delivered => WorkEnd::Done,
        Fate::Never(fault) => WorkEnd::Dead(fault.clone()),
        Fate::Gone => WorkEnd::Dead(deaf("the endpoint answered 410 Gone and was disabled")),
        Fate::Later { fault, after } => match schedule::next(attempts, now, *after, ids) {
            Some(at) => WorkEnd::Retry { fault: fault.clone(), at },
            None => WorkEnd::Dead(fault.clone()),
        },
    }
}

/// Believes an endpoint that says it is gone, and tells its people.
fn disable(records: &dyn Transaction, delivery: &Delivery, now: Timestamp) -> Result<(), Refused> {
    let Recipient::Endpoint(id) = delivery.to else { return Ok(()) };
    let Some(endpoint) = records.endpoint(id)?.filter(|endpoint| endpoint.disabled.is_none()) else {
        return Ok(());
    };
    let alert = gone(&endpoint, now);
    let endpoint = WebhookEndpoint { disabled: Some(EndpointDisabled::Gone), modified_at: now, ..endpoint };
    records.update_endpoint(&endpoint)?;
    super::alert_owner(records, &endpoint, alert, now)
}

fn gone(endpoint: &WebhookEndpoint, now: Timestamp) -> Alert {
    Alert {
        key: format!("endpoint-gone/{}/{}", endpoint.id, now.as_microsecond()),
        title: "A webhook endpoint is gone and was disabled".into(),
        text: format!(
            "The endpoint {} answered 410 Gone, which asks for no more messages, so it is told nothing any more.",
            endpoint.url
        ),
        hint: Some("If that was a mistake, enable the endpoint and send again what it missed.".into()),
        build: None,
    }
}

/// The queue gave the work up: every worker that began it was lost, or it broke beside the sending.
fn give_up(records: &dyn Transaction, work: &Work, fault: &Fault, at: Timestamp) -> Result<(), Refused> {
    let waiting = records
        .delivery(&DeliveryId(work.key.clone()))?
        .filter(|delivery| delivery.state == DeliveryState::Queued);
    let Some(mut delivery) = waiting else { return Ok(()) };
    delivery.last = Some(Attempt { at, status: None, answer: String::new(), fault: Some(fault.to_string()) });
    (delivery.state, delivery.next_at, delivery.ended_at) = (DeliveryState::Dead, None, Some(at));
    records.update_delivery(&delivery)
}

fn deaf(why: &str) -> Fault {
    Fault::new("webhook-deaf", "posting to a webhook endpoint", why)
}

fn misplaced() -> Sending {
    Sending::failed(Fault::new("bug", "making a delivery", "it is queued as another kind of work"))
}
