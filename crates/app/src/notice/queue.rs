//! Rows of deliveries and of the work to make them.

use assay_core::digest::{Algorithm, Digest};
use assay_core::ledger::Transaction;
use assay_core::notice::{About, Delivery, DeliveryId, DeliveryState, Recipient, names};
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
    pub(super) fn to_endpoints(&mut self) -> Result<(), Refused> {
        for endpoint in self.records.listening_endpoints(self.org)? {
            if endpoint.wants(self.name) || self.name == names::PING {
                self.to(Recipient::Endpoint(endpoint.id))?;
            }
        }
        Ok(())
    }

    /// Queues the message for one receiver, unless it is queued for that one already.
    pub(super) fn to(&mut self, to: Recipient) -> Result<DeliveryId, Refused> {
        let delivery = self.delivery(to);
        if self.records.insert_delivery(&delivery)? {
            work(self.records, &delivery, self.at)?;
        }
        Ok(delivery.id)
    }

    fn delivery(&self, to: Recipient) -> Delivery {
        Delivery {
            id: id(&self.key, &to),
            org: self.org,
            about: self.about.clone(),
            name: self.name.to_owned(),
            to,
            report: self.report.clone(),
            state: DeliveryState::Queued,
            attempts: 0,
            last: None,
            next_at: Some(self.at),
            queued_at: self.at,
            ended_at: None,
        }
    }
}

/// Queues the work of making a delivery.
pub(super) fn work(records: &dyn Transaction, delivery: &Delivery, at: Timestamp) -> Result<(), Refused> {
    let work = NewWork {
        kind: kind(&delivery.to),
        key: delivery.id.0.clone(),
        payload: serde_json::Value::Null,
        not_before: at,
        max_attempts: schedule::ATTEMPTS,
    };
    records.enqueue(&work, at).map(drop)
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
    let hash = Sha256::digest(format!("{key}\n{receiver}"));
    let digest = Digest::from_hash(Algorithm::Sha256, &hash);
    let hex = digest.map(|digest| digest.hex().to_owned()).unwrap_or_default();
    DeliveryId(format!("msg_{}", hex.get(..32).unwrap_or(&hex)))
}
