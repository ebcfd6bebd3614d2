//! `assay work …`: what the service gave up after its last attempt.

use assay_app::Refused;
use assay_app::work::{dead, revive};
use assay_core::Actor;
use assay_core::work::{Work as Row, WorkId};
use clap::Subcommand;
use serde::Serialize;

use super::Global;
use super::form::Form;
use crate::exit::Exit;
use crate::installation::Installation;
use crate::render::table::Table;
use crate::terminal::escape;

/// What can be done with work that was given up.
#[derive(Subcommand, Debug)]
pub(super) enum Work {
    /// List work that was given up after its last attempt, and why
    List(List),
    /// Have it done anew, once its cause is mended
    Revive(Revive),
}

#[derive(clap::Args, Debug)]
pub(super) struct List {
    /// Form of the answer
    #[arg(long, value_name = "FORM", default_value = "human")]
    format: Form,
}

#[derive(clap::Args, Debug)]
pub(super) struct Revive {
    /// Its number
    work: i64,
    /// Form of the answer
    #[arg(long, value_name = "FORM", default_value = "human")]
    format: Form,
}

/// Work as it is told.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Told {
    id: i64,
    kind: &'static str,
    about: String,
    state: &'static str,
    attempts: u32,
    queued_at: jiff::Timestamp,
    fault: Option<String>,
}

impl Work {
    pub(super) fn run(self, global: &Global) -> Result<Exit, Refused> {
        let house = Installation::open(&global.folder()?)?;
        let operator = Actor::operator();
        let (rows, format) = match self {
            Self::List(list) => (dead(&house.service, &operator)?, list.format),
            Self::Revive(this) => (vec![revive(&house.service, &operator, WorkId(this.work))?], this.format),
        };
        let told: Vec<Told> = rows.into_iter().map(told).collect();
        format.print(&told, |told| table(told))?;
        Ok(Exit::Good)
    }
}

fn told(work: Row) -> Told {
    Told {
        id: work.id.0,
        kind: work.kind.name(),
        about: work.key,
        state: work.state.name(),
        attempts: work.attempts,
        queued_at: work.queued_at,
        fault: work.last_fault.map(|fault| fault.to_string()),
    }
}

fn table(rows: &[Told]) -> String {
    let mut table = Table::new(0, &["work", "kind", "about", "state", "attempts", "queued", "why"]);
    for row in rows {
        table.row(vec![
            row.id.to_string(),
            row.kind.into(),
            escape::cut(&row.about, 60),
            row.state.into(),
            row.attempts.to_string(),
            row.queued_at.strftime("%Y-%m-%d %H:%M").to_string(),
            escape::line(row.fault.as_deref().unwrap_or_default()),
        ]);
    }
    table.text()
}
