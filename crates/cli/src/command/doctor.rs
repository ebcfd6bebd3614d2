//! `assay doctor`

use std::fs;

use assay_app::Refused;
use assay_core::Clock;
use assay_core::policy::Limits;
use assay_sandbox::Health;
use clap::ValueEnum;
use serde::Serialize;

use super::sweep::sandbox;
use super::{Global, db};
use crate::exit::Exit;
use crate::folder::DataFolder;
use crate::render::paragraph::folded;
use crate::render::{self, paragraph};
use crate::system::SystemClock;
use crate::terminal;
use crate::terminal::style::{BAD, BOLD, DOUBT, GOOD, NAME, painted};

const EXAMPLES: &str = "\
Examples:
  assay doctor
  assay doctor --format json

Exit codes: 0 engines can be judged, 3 something they need is missing.";

/// Say what this machine can do, and how to mend what is missing.
///
/// Looks at what the sandbox needs, runs a tiny engine that calls out to see whether that is noticed, and looks at the
/// data folder and the vulnerability database.
#[derive(clap::Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(super) struct Doctor {
    /// Form of the answer
    #[arg(long, value_name = "FORM", default_value = "human")]
    format: Form,
}

#[derive(ValueEnum, Clone, Copy, Debug)]
enum Form {
    Human,
    Json,
}

/// One thing looked at, the sandbox's or ours.
#[derive(Serialize)]
struct Fact {
    name: &'static str,
    health: Health,
    found: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    mend: Option<String>,
}

impl Doctor {
    pub(super) fn run(self, global: &Global) -> Result<Exit, Refused> {
        let folder = global.folder()?;
        let facts = examine(&folder);
        terminal::print(&match self.format {
            Form::Human => human(&facts),
            Form::Json => render::json(&facts)?,
        })?;
        let fit = facts.iter().all(|fact| fact.health != Health::Missing);
        Ok(if fit { Exit::Good } else { Exit::Inconclusive })
    }
}

fn examine(folder: &DataFolder) -> Vec<Fact> {
    let mut facts = vec![data_folder(folder), database(folder)];
    match sandbox(folder) {
        Ok(sandbox) => facts.extend(sandbox.examine().into_iter().map(|fact| Fact {
            name: fact.name,
            health: fact.health,
            found: fact.found,
            mend: fact.mend.map(str::to_owned),
        })),
        Err(fault) => facts.push(Fact {
            name: "sandbox",
            health: Health::Missing,
            found: fault.to_string(),
            mend: fault.hint,
        }),
    }
    facts
}

/// Whether engines can be run on this machine; otherwise what is missing, by name.
pub(super) fn sandbox_health(folder: &DataFolder) -> Result<(), String> {
    let facts = sandbox(folder).map_err(|fault| fault.to_string())?.examine();
    let missing: Vec<&str> =
        facts.iter().filter(|fact| fact.health == Health::Missing).map(|fact| fact.name).collect();
    if missing.is_empty() { Ok(()) } else { Err(format!("missing: {}", missing.join(", "))) }
}

fn data_folder(folder: &DataFolder) -> Fact {
    let name = "data folder";
    let found = folder.root().display().to_string();
    match fs::create_dir_all(folder.root()).and_then(|()| tempfile::tempfile_in(folder.root()).map(drop)) {
        Ok(()) => Fact { name, health: Health::Good, found, mend: None },
        Err(cause) => Fact {
            name,
            health: Health::Missing,
            found: format!("{found}: {cause}"),
            mend: Some("name a writable folder with `--data DIR` or in ASSAY_DATA".into()),
        },
    }
}

/// The database, measured by the default policy.
fn database(folder: &DataFolder) -> Fact {
    let fact = |health, found, mend: Option<&str>| Fact {
        name: "database",
        health,
        found,
        mend: mend.map(Into::into),
    };
    let load = Some("load current advisories with `assay db import PATH`");
    let facts = match db::open(folder) {
        Ok(Some(database)) => database.facts(),
        Ok(None) => return fact(Health::Weak, "none: the security check will hold".into(), load),
        Err(refused) => return fact(Health::Missing, refused.to_string(), load),
    };
    let found = format!("{} advisories", facts.advisories);
    if facts.demonstration {
        return fact(
            Health::Weak,
            format!("{found}: the demonstration data, enough for the samples alone"),
            load,
        );
    }
    let oldest =
        facts.as_of.values().min().map(|as_of| SystemClock::new().now().duration_since(*as_of).as_hours());
    match oldest {
        Some(hours) if hours > Limits::default().database_stale_hours as i64 => fact(
            Health::Weak,
            format!("{found}, parts of them {} days old: the security check will hold", hours / 24),
            load,
        ),
        Some(hours) => fact(Health::Good, format!("{found}, {hours} hours old at most"), None),
        None => fact(Health::Weak, format!("{found} of unknown age"), load),
    }
}

fn human(facts: &[Fact]) -> String {
    let mut text: String = facts.iter().map(line).collect();
    let count = |health| facts.iter().filter(|fact| fact.health == health).count();
    let (missing, weak) = (count(Health::Missing), count(Health::Weak));
    let verdict = match (missing, weak) {
        (0, 0) => painted(GOOD, "This machine can judge engines."),
        (0, weak) => {
            let weak = paragraph::counted(weak, "thing");
            format!("{} {weak} could be better.", painted(GOOD, "This machine can judge engines."))
        }
        (missing, _) => {
            let missing = paragraph::counted(missing, "thing");
            format!("{} {missing} missing.", painted(BAD, "This machine cannot judge engines:"))
        }
    };
    text.push_str(&format!("\n{verdict}\n"));
    text
}

fn line(fact: &Fact) -> String {
    let mark = match fact.health {
        Health::Good => painted(GOOD, "✓"),
        Health::Weak => painted(DOUBT, "~"),
        Health::Missing => painted(BAD, "✗"),
    };
    let name = painted(BOLD, &format!("{:<20}", fact.name));
    let mut text = format!("{mark} {name} {}\n", folded(&fact.found, 23));
    if let Some(mend) = &fact.mend {
        text.push_str(&format!("{:23}{}\n", "", painted(NAME, &folded(mend, 23))));
    }
    text
}
