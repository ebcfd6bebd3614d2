//! `assay db …`

use std::path::PathBuf;

use assay_app::Refused;
use assay_checks::security::Database;
use assay_checks::security::database::OpenError;
use assay_checks::security::import::{ImportError, Options, Summary, import};
use assay_core::{Clock, Fault, Rejection};
use clap::Subcommand;
use jiff::Timestamp;

use super::Global;
use crate::exit::Exit;
use crate::folder::DataFolder;
use crate::place;
use crate::render::paragraph::counted;
use crate::render::table::Table;
use crate::system::SystemClock;
use crate::terminal::{self, escape};

const EXAMPLES: &str = "\
Examples:
  assay db import all.zip                       a download of osv.dev
  assay db import advisories/ --as-of 2026-11-20T00:00:00Z
  assay db import --demonstration               the few well-known ones built in";

/// What can be done with vulnerability data.
#[derive(Subcommand, Debug)]
pub(super) enum Db {
    /// Make the local database from advisory files, in place of the one there
    Import(Import),
    /// Tell what is loaded and how old it is
    Status,
}

/// Make the local database from advisory files, in place of the one there.
///
/// Takes OSV records in folders, zip files, `.json` and `.jsonl`, and lists of known exploited vulnerabilities.
#[derive(clap::Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(super) struct Import {
    /// Folders and files to read
    #[arg(value_name = "PATH", required_unless_present = "demonstration")]
    paths: Vec<PathBuf>,
    /// State of the data, when it is known better than the records tell
    #[arg(long, value_name = "TIME")]
    as_of: Option<Timestamp>,
    /// Load the small demonstration data that is built in; a pass on it says nothing about a real engine
    #[arg(long, conflicts_with_all = ["paths", "as_of"])]
    demonstration: bool,
}

impl Db {
    pub(super) fn run(self, global: &Global) -> Result<Exit, Refused> {
        let folder = global.folder()?;
        match self {
            Self::Import(import) => import.run(&folder),
            Self::Status => status(&folder),
        }
    }
}

impl Import {
    fn run(self, folder: &DataFolder) -> Result<Exit, Refused> {
        let target = folder.database();
        refuse_closed(&target)?;
        make_parent(&target)?;
        if self.demonstration {
            write(&target, Database::demonstration()?.bytes())?;
            terminal::note("loaded the demonstration data");
            return status(folder);
        }
        let options = Options { as_of: self.as_of, ..Options::at(SystemClock::new().now()) };
        let summary = import(&self.paths, &target, &options).map_err(|refused| match refused {
            ImportError::Rejection(rejection) => Refused::Rejection(rejection),
            ImportError::Fault(fault) => Refused::Fault(fault),
        })?;
        tell(&summary);
        status(folder)
    }
}

/// Opens the database of the data folder; `None` when there is none yet.
pub(super) fn open(folder: &DataFolder) -> Result<Option<Database>, Refused> {
    match Database::open(&folder.database()) {
        Ok(database) => Ok(Some(database)),
        Err(OpenError::Missing(_)) => Ok(None),
        Err(OpenError::Fault(fault)) => Err(fault.into()),
        Err(OpenError::Damaged(damage)) => {
            let fault = Fault::new("database", "opening the vulnerability database", damage);
            Err(fault.hint("make it anew with `assay db import`").into())
        }
    }
}

fn status(folder: &DataFolder) -> Result<Exit, Refused> {
    let Some(database) = open(folder)? else {
        let message = format!("there is no vulnerability database in `{}`", folder.root().display());
        let hint = "load one with `assay db import PATH`, or `--demonstration` to try things out";
        return Err(Rejection::new("no-database", message).hint(hint).into());
    };
    let facts = database.facts();
    let kind =
        if facts.demonstration { " (demonstration data: no substitute for real advisories)" } else { "" };
    let mut text = format!("{}{kind}\n{}\n", counted_advisories(facts.advisories), facts.digest);
    let mut table = Table::new(2, &["ecosystem", "advisories", "state of"]);
    for (name, coverage) in database.ecosystems() {
        let as_of = facts.as_of.get(name).map(|time| time.strftime("%Y-%m-%d %H:%M").to_string());
        let as_of = as_of.unwrap_or_else(|| "unknown".into());
        table.row(vec![escape::line(name), coverage.advisories.to_string(), as_of]);
    }
    text.push_str(&table.text());
    terminal::print(&text)?;
    Ok(Exit::Good)
}

fn counted_advisories(count: u64) -> String {
    if count == 1 { "1 advisory".into() } else { format!("{count} advisories") }
}

fn tell(summary: &Summary) {
    let read = usize::try_from(summary.documents).unwrap_or(usize::MAX);
    terminal::note(&format!(
        "read {}, {}",
        counted(read, "document"),
        counted_advisories(summary.advisories)
    ));
    for bad in &summary.examples {
        terminal::note(&format!("skipped {}: {}", escape::line(&bad.source), escape::line(&bad.reason)));
    }
    if let Some(more) = summary.bad.checked_sub(summary.examples.len() as u64).filter(|more| *more > 0) {
        terminal::note(&format!("… and {more} more that could not be read"));
    }
}

/// Reading advisories takes a while: a data folder that takes nothing is told before.
fn refuse_closed(target: &std::path::Path) -> Result<(), Rejection> {
    let hint = "name a writable data folder with `--data DIR` or in ASSAY_DATA";
    place::refuse_closed(target).map_err(|rejection| rejection.hint(hint))
}

fn make_parent(target: &std::path::Path) -> Result<(), Fault> {
    let parent = target.parent().unwrap_or(target);
    std::fs::create_dir_all(parent)
        .map_err(|cause| Fault::io(format!("making `{}`", parent.display()), cause))
}

/// Written aside and renamed: a reader sees the old data or the new.
fn write(target: &std::path::Path, bytes: &[u8]) -> Result<(), Fault> {
    let parent = target.parent().unwrap_or(target);
    let fault = |cause: std::io::Error| Fault::io(format!("writing `{}`", target.display()), cause);
    let mut aside = tempfile::NamedTempFile::new_in(parent).map_err(fault)?;
    std::io::Write::write_all(&mut aside, bytes).map_err(fault)?;
    aside.persist(target).map_err(|refused| fault(refused.error))?;
    Ok(())
}
