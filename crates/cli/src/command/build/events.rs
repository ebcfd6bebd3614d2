//! `assay build events`

use assay_app::Refused;
use assay_app::build::events;
use assay_core::build::LifecycleEvent;
use assay_core::build::lifecycle::{Spell, spells};
use assay_core::{Actor, Clock};
use jiff::Timestamp;
use serde::Serialize;

use super::name::BuildName;
use super::row::{duration, minute};
use crate::command::form::{Form, everything};
use crate::installation::Installation;
use crate::render::table::Table;
use crate::system::SystemClock;
use crate::terminal::escape;

#[derive(clap::Args, Debug)]
pub(crate) struct Events {
    /// The build: its id, or `ORG/NAME#NUMBER`
    build: BuildName,
    /// Form of the answer
    #[arg(long, value_name = "FORM", default_value = "human")]
    format: Form,
}

/// What happened, and how long the build stood where.
#[derive(Serialize, Debug)]
struct Life {
    events: Vec<LifecycleEvent>,
    spells: Vec<Spell>,
}

impl Events {
    pub(super) fn run(self, house: &Installation) -> Result<(), Refused> {
        let build = self.build.find(house)?.build;
        let events = everything(|page| events(&house.service, &Actor::operator(), build.id, page))?;
        let now = SystemClock::new().now();
        self.format.print(&Life { spells: spells(&events), events }, |life| text(life, now))
    }
}

fn text(life: &Life, now: Timestamp) -> String {
    let mut happened = Table::new(0, &["when", "event", "status", "who", "why"]);
    for event in &life.events {
        happened.row(vec![
            minute(event.at),
            event.name.clone(),
            event.to.clone(),
            escape::line(&event.actor),
            escape::cut(event.reason.as_deref().unwrap_or_default(), 80),
        ]);
    }
    let mut stood = Table::new(0, &["status", "stage", "for"]);
    for spell in &life.spells {
        let stage = spell.stage.clone().unwrap_or_default();
        stood.row(vec![spell.status.clone(), stage, duration(spell.elapsed(now))]);
    }
    format!("{}\n{}", happened.text(), stood.text())
}
