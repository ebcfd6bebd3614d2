//! Telling people and programs what happened: who is told of what, and how it reaches them although processes die and
//! receivers are away.
//!
//! [`on_event`] runs within the transaction of the change itself and only writes rows: one delivery for each receiver, under
//! an id that follows from event and receiver, and one piece of work for each delivery. Workers send later, through the
//! ports [`Mailer`] and [`Poster`]. So nothing is told that did not happen, nothing that happened is kept from anybody,
//! and what is sent twice after a crash carries the same id twice.

mod occasion;
mod queue;
mod recipients;
mod schedule;

use assay_core::Refused;
use assay_core::build::LifecycleEvent;
use assay_core::ledger::Transaction;
use assay_core::notice::{About, Alert, Recipient, names};
use jiff::Timestamp;

pub use occasion::Occasion;

/// Queues whatever messages `event` calls for. The event has its sequence number already, and the build's row stands as it
/// is after the event.
///
/// # Errors
/// Faults of the store.
pub fn on_event(records: &dyn Transaction, event: &LifecycleEvent, at: Timestamp) -> Result<(), Refused> {
    let build = event.build.map(|id| records.build(id)).transpose()?.flatten();
    let mut queue = queue::Queue {
        records,
        at,
        org: event.org,
        name: &event.name,
        about: About::Event { sequence: event.sequence },
        // The time of the event is part of the key: numbers can come again when an older backup is restored.
        key: format!("{}/{}/{}", event.sequence, event.at.as_microsecond(), event.name),
        report: build.as_ref().and_then(|build| build.report.clone()),
    };
    queue.to_endpoints()?;
    let (Some(build), Some(occasion)) = (build, Occasion::of(records, event)?) else { return Ok(()) };
    for (address, audience) in recipients::of(records, &build, occasion)? {
        queue.to(Recipient::Mail { address, audience })?;
    }
    Ok(())
}

/// Tells the operators of trouble of ours, once for each [`Alert::key`].
///
/// # Errors
/// Faults of the store.
pub fn alert(records: &dyn Transaction, alert: Alert, at: Timestamp) -> Result<(), Refused> {
    let mut queue = queue::Queue {
        records,
        at,
        org: assay_core::OrgId::OPERATORS,
        name: names::OPERATOR_ALERT,
        key: format!("alert/{}", alert.key),
        about: About::Alert(alert),
        report: None,
    };
    queue.to_endpoints()?;
    for (address, audience) in recipients::operators(records)? {
        queue.to(Recipient::Mail { address, audience })?;
    }
    Ok(())
}
