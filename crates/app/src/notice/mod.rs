//! Telling people and programs what happened: who is told of what, and how it reaches them although processes die and
//! receivers are away.
//!
//! [`on_event`] runs within the transaction of the change itself and only writes rows: one delivery for each receiver,
//! under an id that follows from event and receiver, and one piece of work for each delivery. Workers send later, through
//! the ports [`Mailer`] and [`Poster`]. So nothing is told that did not happen, nothing that happened is kept from
//! anybody, and what is sent twice after a crash carries the same id twice.

mod address;
mod deliver;
mod endpoint;
mod letter;
mod message;
mod occasion;
mod port;
mod queue;
mod recipients;
mod redeliver;
mod schedule;
mod wording;

use assay_core::build::LifecycleEvent;
use assay_core::ledger::Transaction;
use assay_core::notice::{About, Alert, WebhookEndpoint, names};
use assay_core::{OrgId, Refused};
use jiff::Timestamp;

use queue::Queue;

pub use address::{WebhookRules, check as check_address, is_public};
pub use deliver::{MailHandler, WebhookHandler};
pub use endpoint::{
    EndpointProfile, create_endpoint, delete_endpoint, endpoints, ping, rotate_secret, update_endpoint,
};
pub use letter::{Findings, Letter};
pub use message::{BuildFacts, Matter, Message, Told};
pub use occasion::Occasion;
pub use port::{Fate, Mailer, Poster, Sending, Target};
pub use redeliver::{deliveries, redeliver};
pub use wording::{Tone, Words};

/// Queues whatever messages `event` calls for. The event has its sequence number already, and the build's row stands as it
/// is after the event.
///
/// # Errors
/// Faults of the store.
pub fn on_event(records: &dyn Transaction, event: &LifecycleEvent, at: Timestamp) -> Result<(), Refused> {
    let build = event.build.map(|id| records.build(id)).transpose()?.flatten();
    let queue = Queue {
        records,
        at,
        org: event.org,
        name: &event.name,
        about: About::Event { sequence: event.sequence },
        key: queue::event_key(event),
        report: build.as_ref().and_then(|build| build.report.clone()),
    };
    queue.to_endpoints()?;
    let (Some(build), Some(occasion)) = (build, Occasion::of(records, event)?) else { return Ok(()) };
    queue.to_people(recipients::of(records, &build, occasion)?)
}

/// Tells the operators of trouble of ours, once for each [`Alert::key`].
///
/// # Errors
/// Faults of the store.
pub fn alert(records: &dyn Transaction, alert: Alert, at: Timestamp) -> Result<(), Refused> {
    let queue = alert_queue(records, OrgId::OPERATORS, alert, at);
    queue.to_endpoints()?;
    queue.to_people(recipients::operators(records)?)
}

/// Tells those who look after an endpoint of trouble with it.
fn alert_owner(
    records: &dyn Transaction,
    endpoint: &WebhookEndpoint,
    alert: Alert,
    at: Timestamp,
) -> Result<(), Refused> {
    let owners = recipients::owners(records, endpoint)?;
    alert_queue(records, endpoint.org, alert, at).to_people(owners)
}

fn alert_queue(records: &dyn Transaction, org: OrgId, alert: Alert, at: Timestamp) -> Queue<'_> {
    let key = queue::alert_key(&alert);
    Queue { records, at, org, name: names::OPERATOR_ALERT, about: About::Alert(alert), key, report: None }
}
