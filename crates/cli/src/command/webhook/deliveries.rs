//! `assay webhook test`, `deliveries`, `redeliver`: what was sent.

use assay_app::Refused;
use assay_app::notice::{deliveries, ping, redeliver};
use assay_core::notice::{
    Attempt, Delivery, DeliveryFilter, DeliveryId, DeliveryState, EndpointId, Recipient,
};
use assay_core::records::Page;
use assay_core::{Actor, OrgId};
use clap::builder::{PossibleValuesParser, TypedValueParser};
use jiff::Timestamp;
use serde::Serialize;

use super::endpoint_id;
use crate::command::form::Form;
use crate::installation::Installation;
use crate::render::table::Table;
use crate::terminal::{self, escape};

/// Characters shown of an address or answer.
const WIDTH: usize = 60;

#[derive(clap::Args, Debug)]
pub(crate) struct Test {
    /// Id of the endpoint
    #[arg(value_parser = endpoint_id)]
    id: EndpointId,
}

#[derive(clap::Args, Debug)]
pub(crate) struct Deliveries {
    /// Those to this endpoint
    #[arg(long, value_name = "ID", value_parser = endpoint_id)]
    endpoint: Option<EndpointId>,
    /// Those to this organization
    #[arg(long, value_name = "ID")]
    org: Option<i64>,
    /// Those that stand here
    #[arg(long, value_name = "STATE", value_parser = state())]
    state: Option<DeliveryState>,
    /// How many at most, the newest first
    #[arg(long, value_name = "COUNT", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=1000))]
    limit: u32,
    /// Form of the answer
    #[arg(long, value_name = "FORM", default_value = "human")]
    format: Form,
}

#[derive(clap::Args, Debug)]
pub(crate) struct Redeliver {
    /// Id of the delivery
    id: String,
}

fn state() -> impl TypedValueParser<Value = DeliveryState> {
    let names = DeliveryState::ALL.map(DeliveryState::name);
    PossibleValuesParser::new(names).try_map(|name| DeliveryState::named(&name).ok_or("no state"))
}

impl Test {
    pub(super) fn run(self, installation: &Installation) -> Result<(), Refused> {
        let id = ping(&installation.service, &Actor::operator(), self.id)?;
        terminal::note(&format!(
            "queued as {id}; it goes out while the service runs, and \
             `assay webhook deliveries --endpoint {}` tells what came of it",
            self.id
        ));
        Ok(())
    }
}

impl Deliveries {
    pub(super) fn run(self, installation: &Installation) -> Result<(), Refused> {
        let filter = DeliveryFilter { org: self.org.map(OrgId), endpoint: self.endpoint, state: self.state };
        let page = Page { offset: 0, limit: self.limit };
        let listed = deliveries(&installation.service, &Actor::operator(), &filter, page)?;
        let listed: Vec<Told> = listed.into_iter().map(told).collect();
        self.format.print(&listed, |listed| table(listed))
    }
}

impl Redeliver {
    pub(super) fn run(self, installation: &Installation) -> Result<(), Refused> {
        let id = DeliveryId(self.id);
        redeliver(&installation.service, &Actor::operator(), &id)?;
        terminal::note(&format!("{id} is queued again; it goes out while the service runs"));
        Ok(())
    }
}

/// A delivery as it is shown.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Told {
    id: DeliveryId,
    org: OrgId,
    event: String,
    /// An endpoint's id, or an e-mail address.
    to: String,
    state: DeliveryState,
    attempts: u32,
    last: Option<Attempt>,
    next_at: Option<Timestamp>,
    queued_at: Timestamp,
    ended_at: Option<Timestamp>,
}

fn told(delivery: Delivery) -> Told {
    Told {
        id: delivery.id,
        org: delivery.org,
        event: delivery.name,
        to: match delivery.to {
            Recipient::Endpoint(endpoint) => endpoint.to_string(),
            Recipient::Mail { address, .. } => address,
        },
        state: delivery.state,
        attempts: delivery.attempts,
        last: delivery.last,
        next_at: delivery.next_at,
        queued_at: delivery.queued_at,
        ended_at: delivery.ended_at,
    }
}

fn table(deliveries: &[Told]) -> String {
    let mut table = Table::new(0, &["id", "queued", "event", "to", "state", "tried", "last answer"]);
    for delivery in deliveries {
        table.row(vec![
            delivery.id.to_string(),
            minute(delivery.queued_at),
            delivery.event.clone(),
            short(&delivery.to),
            standing(delivery),
            delivery.attempts.to_string(),
            delivery.last.as_ref().map(answer).unwrap_or_default(),
        ]);
    }
    table.text()
}

fn standing(delivery: &Told) -> String {
    match delivery.next_at {
        Some(next) if delivery.attempts > 0 => format!("again at {}", minute(next)),
        _ => delivery.state.name().into(),
    }
}

fn answer(attempt: &Attempt) -> String {
    let status = attempt.status.map(|status| status.to_string());
    let said = attempt.fault.clone().unwrap_or_else(|| attempt.answer.clone());
    short(&status.into_iter().chain([said]).collect::<Vec<_>>().join(" "))
}

fn minute(time: Timestamp) -> String {
    time.strftime("%Y-%m-%d %H:%M").to_string()
}

fn short(text: &str) -> String {
    let line = escape::line(text);
    match line.char_indices().nth(WIDTH) {
        Some((at, _)) => format!("{}…", line.get(..at).unwrap_or_default()),
        None => line,
    }
}
