//! What a message says, before it has a form. The forms (JSON, mail) are made where it leaves the house.

use assay_core::build::LifecycleEvent;
use assay_core::ledger::Transaction;
use assay_core::notice::{About, Alert, Audience, Delivery, DeliveryId, Recipient};
use assay_core::report::Report;
use assay_core::{Build, Digest, Engine, Fault, OrgId, Refused};
use jiff::Timestamp;

use super::queue::{alert_key, event_key, hashed};
use super::wording::{self, Words};
use super::{Letter, Occasion};

/// A message to one receiver.
#[derive(Clone, PartialEq, Debug)]
pub struct Message {
    /// Its id, the same at every attempt.
    pub id: DeliveryId,
    /// Id of what it tells, the same for every receiver.
    pub event_id: String,
    /// Name of what it tells.
    pub name: String,
    /// When that happened.
    pub at: Timestamp,
    /// Whose matter it is.
    pub org: OrgId,
    /// What it tells.
    pub matter: Matter,
    /// How a person is told; nothing when a program is.
    pub letter: Option<Letter>,
}

/// What a message tells.
#[derive(Clone, PartialEq, Debug)]
pub enum Matter {
    /// A step in the life of a build or engine.
    Step(Box<Told>),
    /// Trouble of ours.
    Alert(Alert),
    /// Nothing.
    Ping,
}

/// A step, with what surrounds it. All of it stays as it was, so that a message says the same at every attempt; but for
/// the engine's name.
#[derive(Clone, PartialEq, Debug)]
pub struct Told {
    /// The event.
    pub event: LifecycleEvent,
    /// Display name of the engine.
    pub engine: String,
    /// Name of the engine in registry paths.
    pub slug: String,
    /// The build, when it is about one.
    pub build: Option<BuildFacts>,
    /// The newest report as of the event.
    pub report: Option<Digest>,
}

/// What of a build never changes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BuildFacts {
    /// Counted from 1 within the engine.
    pub number: u32,
    /// Digest of the image, once it is known.
    pub digest: Option<Digest>,
    /// The reference as pushed.
    pub reference: String,
}

/// The message of a delivery.
pub(super) fn of(records: &dyn Transaction, delivery: &Delivery) -> Result<Message, Refused> {
    let blank = |event_id: String, matter: Matter| Message {
        id: delivery.id.clone(),
        event_id: format!("evt_{event_id}"),
        name: delivery.name.clone(),
        at: delivery.queued_at,
        org: delivery.org,
        matter,
        letter: None,
    };
    match &delivery.about {
        About::Ping => Ok(blank(hashed(&delivery.id.0), Matter::Ping)),
        About::Alert(alert) => {
            let message = blank(hashed(&alert_key(alert)), Matter::Alert(alert.clone()));
            Ok(Message {
                letter: audience(delivery).map(|audience| alert_letter(alert, audience)),
                ..message
            })
        }
        About::Event { sequence } => {
            let event = records.event(*sequence)?.ok_or_else(|| lost("its event"))?;
            let engine = records.engine(event.engine)?.ok_or_else(|| lost("its engine"))?;
            let build = event.build.map(|id| records.build(id)).transpose()?.flatten();
            let letter = letter(records, delivery, &event, &engine, build.as_ref())?;
            let (at, org, id) = (event.at, event.org, hashed(&event_key(&event)));
            let told = told(event, engine, build, delivery.report.clone());
            Ok(Message { at, org, letter, ..blank(id, Matter::Step(Box::new(told))) })
        }
    }
}

fn told(event: LifecycleEvent, engine: Engine, build: Option<Build>, report: Option<Digest>) -> Told {
    let facts =
        |build: Build| BuildFacts { number: build.number, digest: build.digest, reference: build.reference };
    Told { event, engine: engine.name, slug: engine.slug, build: build.map(facts), report }
}

fn audience(delivery: &Delivery) -> Option<Audience> {
    match delivery.to {
        Recipient::Mail { audience, .. } => Some(audience),
        Recipient::Endpoint(_) => None,
    }
}

fn letter(
    records: &dyn Transaction,
    delivery: &Delivery,
    event: &LifecycleEvent,
    engine: &Engine,
    build: Option<&Build>,
) -> Result<Option<Letter>, Refused> {
    let occasion = Occasion::of(records, event)?;
    let (Some(audience), Some(occasion), Some(build)) = (audience(delivery), occasion, build) else {
        return Ok(None);
    };
    let organization = records.organization(event.org)?.map(|org| org.name).unwrap_or_default();
    let report = match &delivery.report {
        Some(digest) if occasion.tells_findings() => records.document(digest)?,
        _ => None,
    };
    // A report that cannot be read is no reason to tell nobody of it.
    let report = report.and_then(|(_, bytes)| serde_json::from_slice::<Report>(&bytes).ok());
    let words = wording::of(occasion, audience, event, &engine.name, build.number);
    Ok(Some(Letter::new(audience, Some(occasion), organization, words, report.as_ref())))
}

fn alert_letter(alert: &Alert, audience: Audience) -> Letter {
    let words = Words::of_alert(alert);
    Letter::new(audience, None, String::new(), words, None)
}

fn lost(what: &str) -> Fault {
    Fault::new("store", "reading what a delivery tells", format!("{what} is gone"))
}
