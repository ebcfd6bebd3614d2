//! Rows of deliveries and of the work to make them.

use assay_core::build::LifecycleEvent;
use assay_core::digest::{Algorithm, Digest};
use assay_core::ledger::Transaction;
use assay_core::notice::{About, Alert, Audience, Delivery, DeliveryId, DeliveryState, Recipient};
use assay_core::work::{NewWork, WorkKind};
use assay_core::{OrgId, Refused};
use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

use super::schedule;

/// What is told, to be queued for one receiver after another.
pub(super) struct Queue<'a> {
    pub(super) records: &'a dyn Transaction,
    pub(super) at: Timestamp,
    pub(super) org: OrgId,
    pub(super) name: &'a str,
    pub(super) about: About,
    /// What happened, as a text that is the same whenever it is asked for.
    pub(super) key: String,
    pub(super) report: Option<Digest>,
}

impl Queue<'_> {
    /// Queues the message for every endpoint that hears the organization and wants it.
    pub(super) fn to_endpoints(&self) -> Result<(), Refused> {
        for endpoint in self.records.listening_endpoints(self.org)? {
            if endpoint.wants(self.name) {
                let when = endpoint.rests_until.map_or(self.at, |until| until.max(self.at));
                self.to(Recipient::Endpoint(endpoint.id), endpoint.org, when)?;
            }
        }
        Ok(())
    }

    /// Queues the message for people. What operators are told is theirs to look at, not the organization's.
    pub(super) fn to_people(&self, people: Vec<(String, Audience)>) -> Result<(), Refused> {
        for (address, audience) in people {
            let org = if audience == Audience::Operator { OrgId::OPERATORS } else { self.org };
            self.to(Recipient::Mail { address, audience }, org, self.at)?;
        }
        Ok(())
    }

    /// Queues the message for one receiver of `org`, not to be sent before `when`, unless it is queued for that one already.
    pub(super) fn to(&self, to: Recipient, org: OrgId, when: Timestamp) -> Result<DeliveryId, Refused> {
        let delivery = self.delivery(to, org, when);
        if self.records.insert_delivery(&delivery)? {
            work(self.records, &delivery, when, self.at)?;
        }
        Ok(delivery.id)
    }

    fn delivery(&self, to: Recipient, org: OrgId, when: Timestamp) -> Delivery {
        Delivery {
            id: id(&self.key, &to),
            org,
            about: self.about.clone(),
            name: self.name.to_owned(),
            to,
            report: self.report.clone(),
            state: DeliveryState::Queued,
            attempts: 0,
            last: None,
            next_at: Some(when),
            queued_at: self.at,
            ended_at: None,
        }
    }
}

/// Queues the work of making a delivery. An organization's endpoints are served one at a time: one that is slow keeps its own
/// organization waiting, and nobody else.
pub(super) fn work(
    records: &dyn Transaction,
    delivery: &Delivery,
    when: Timestamp,
    now: Timestamp,
) -> Result<(), Refused> {
    let work = NewWork {
        kind: kind(&delivery.to),
        key: delivery.id.0.clone(),
        payload: serde_json::Value::Null,
        not_before: when,
        max_attempts: schedule::ATTEMPTS,
    };
    match delivery.to {
        Recipient::Endpoint(_) => records.enqueue_in(&delivery.org.to_string(), &work, now),
        Recipient::Mail { .. } => records.enqueue(&work, now),
    }
    .map(drop)
}

/// The kind of work that reaches a receiver.
pub(super) fn kind(to: &Recipient) -> WorkKind {
    match to {
        Recipient::Endpoint(_) => WorkKind::Webhook,
        Recipient::Mail { .. } => WorkKind::Mail,
    }
}

/// The id of what `key` names for one receiver. A hash, since it travels: it must not tell addresses, and holds nothing
/// but letters and digits, as signatures and mail headers want it.
fn id(key: &str, to: &Recipient) -> DeliveryId {
    let receiver = match to {
        Recipient::Endpoint(endpoint) => format!("endpoint/{endpoint}"),
        Recipient::Mail { address, .. } => format!("mail/{}", address.to_lowercase()),
    };
    DeliveryId(format!("msg_{}", hashed(&format!("{key}\n{receiver}"))))
}

/// What an event is known by. Its time is part of that: numbers come again when an older backup is restored.
pub(super) fn event_key(event: &LifecycleEvent) -> String {
    format!("event/{}/{}/{}", event.sequence, event.at.as_microsecond(), event.name)
}

/// What an alert is known by.
pub(super) fn alert_key(alert: &Alert) -> String {
    format!("alert/{}", alert.key)
}

/// 32 hex digits that stand for `text`.
pub(super) fn hashed(text: &str) -> String {
    let digest = Digest::from_hash(Algorithm::Sha256, &Sha256::digest(text));
    digest.ok().and_then(|digest| digest.hex().get(..32).map(str::to_owned)).unwrap_or_default()
}
