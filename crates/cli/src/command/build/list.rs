//! `assay build list|approvals`

use assay_app::Refused;
use assay_app::build::{Waiting, approvals, list};
use assay_core::records::BuildFilter;
use assay_core::{Actor, BuildId, BuildStatus, OrgId};
use clap::builder::{PossibleValuesParser, TypedValueParser};
use jiff::Timestamp;
use serde::Serialize;

use super::row::{BuildRow, duration, minute, table};
use crate::command::engine::EngineName;
use crate::command::form::{Form, everything};
use crate::installation::Installation;
use crate::render::table::Table;
use crate::terminal::escape;

#[derive(clap::Args, Debug)]
pub(crate) struct List {
    /// Of this engine: its id, or `ORG/NAME`
    #[arg(long)]
    engine: Option<EngineName>,
    /// Of this organization
    #[arg(long, value_name = "ID")]
    org: Option<i64>,
    /// In this status; may be repeated. Deleted ones are listed only when asked for
    #[arg(long, value_name = "STATUS", value_parser = status())]
    status: Vec<BuildStatus>,
    /// Form of the answer
    #[arg(long, value_name = "FORM", default_value = "human")]
    format: Form,
}

fn status() -> impl TypedValueParser<Value = BuildStatus> {
    PossibleValuesParser::new(BuildStatus::ALL.map(BuildStatus::name))
        .try_map(|name| BuildStatus::named(&name).ok_or("no status"))
}

impl List {
    pub(super) fn run(self, house: &Installation) -> Result<(), Refused> {
        let engine = self.engine.map(|engine| engine.find(house)).transpose()?;
        let filter = BuildFilter {
            engine: engine.map(|view| view.engine.id),
            org: self.org.map(OrgId),
            statuses: self.status,
            ..BuildFilter::default()
        };
        let builds = everything(|page| list(&house.service, &Actor::operator(), &filter, page))?;
        let rows: Vec<BuildRow> = builds.into_iter().map(BuildRow::from).collect();
        self.format.print(&rows, |rows| table(rows))
    }
}

#[derive(clap::Args, Debug)]
pub(crate) struct Approvals {
    /// Form of the answer
    #[arg(long, value_name = "FORM", default_value = "human")]
    format: Form,
}

/// A build that waits, as it is told.
#[derive(Serialize, Debug)]
#[serde(rename_all = "camelCase")]
struct WaitingRow {
    id: BuildId,
    engine: String,
    name: String,
    number: u32,
    since: Timestamp,
    waiting: String,
    due: bool,
    overdue: bool,
}

impl From<Waiting> for WaitingRow {
    fn from(one: Waiting) -> Self {
        Self {
            id: one.build.id,
            engine: format!("{}/{}", one.engine.org, one.engine.slug),
            name: one.engine.name.clone(),
            number: one.build.number,
            since: one.since,
            waiting: duration(one.age),
            due: one.is_due(),
            overdue: one.is_overdue(),
        }
    }
}

impl Approvals {
    pub(super) fn run(self, house: &Installation) -> Result<(), Refused> {
        let waiting = everything(|page| approvals(&house.service, &Actor::operator(), page))?;
        let rows: Vec<WaitingRow> = waiting.into_iter().map(WaitingRow::from).collect();
        self.format.print(&rows, |rows| queue(rows))
    }
}

fn queue(rows: &[WaitingRow]) -> String {
    let mut table = Table::new(0, &["build", "name", "since", "waiting", ""]);
    for row in rows {
        let note = match (row.overdue, row.due) {
            (true, _) => "overdue",
            (_, true) => "due",
            _ => "",
        };
        table.row(vec![
            format!("{}#{}", row.engine, row.number),
            escape::line(&row.name),
            minute(row.since),
            row.waiting.clone(),
            note.into(),
        ]);
    }
    table.text()
}
