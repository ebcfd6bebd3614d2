//! `assay engine list`

use assay_app::Refused;
use assay_app::engine::list;
use assay_core::records::EngineFilter;
use assay_core::{Actor, EngineState, OrgId};
use clap::builder::{PossibleValuesParser, TypedValueParser};

use super::row::{EngineRow, table};
use crate::command::form::{Form, everything};
use crate::installation::Installation;

#[derive(clap::Args, Debug)]
pub(crate) struct List {
    /// Of this organization
    #[arg(long, value_name = "ID")]
    org: Option<i64>,
    /// In this state; may be repeated
    #[arg(long, value_name = "STATE", value_parser = state())]
    state: Vec<EngineState>,
    /// Whose name contains this
    #[arg(long, value_name = "TEXT")]
    name: Option<String>,
    /// Deleted ones too
    #[arg(long)]
    deleted: bool,
    /// Form of the answer
    #[arg(long, value_name = "FORM", default_value = "human")]
    format: Form,
}

fn state() -> impl TypedValueParser<Value = EngineState> {
    PossibleValuesParser::new(EngineState::ALL.map(EngineState::name))
        .try_map(|name| EngineState::ALL.into_iter().find(|state| state.name() == name).ok_or("no state"))
}

impl List {
    pub(super) fn run(self, house: &Installation) -> Result<(), Refused> {
        let filter = EngineFilter {
            org: self.org.map(OrgId),
            states: self.state,
            name: self.name,
            deleted: self.deleted,
            ..EngineFilter::default()
        };
        let engines = everything(|page| list(&house.service, &Actor::operator(), &filter, page))?;
        let rows: Vec<EngineRow> = engines.into_iter().map(EngineRow::from).collect();
        self.format.print(&rows, |rows| table(rows))
    }
}
