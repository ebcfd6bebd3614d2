//! `assay engine …`: engines of the service, on its data folder.

mod change;
mod create;
mod list;
mod name;
mod row;
mod update;

use assay_app::Refused;
use assay_core::engine::EngineStateAction;
use clap::Subcommand;

use super::Global;
use crate::exit::Exit;
use crate::installation::Installation;

pub(super) use name::EngineName;

const EXAMPLES: &str = "\
Examples:
  assay engine create \"Speech to text\" --org 2 --category transcription --mode chunk
  assay engine show 2/speech-to-text
  assay engine update 2/speech-to-text --deployment-model external-access
  assay engine list --state active --format json";

/// What can be done with engines.
#[derive(Subcommand, Debug)]
#[command(after_help = EXAMPLES)]
pub(super) enum Engine {
    /// Make an engine and tell its id, which its manifests name
    Create(Box<create::Create>),
    /// List engines
    List(list::List),
    /// Tell all about an engine
    Show(change::Which),
    /// Change an engine's profile
    Update(Box<update::Update>),
    /// Take an engine out of service
    Disable(change::Which),
    /// Put an engine back into service
    Enable(change::Which),
    /// Delete an engine
    Delete(change::Which),
    /// Take a deletion back
    Undelete(change::Which),
}

impl Engine {
    pub(super) fn run(self, global: &Global) -> Result<Exit, Refused> {
        let house = Installation::open(&global.folder()?)?;
        match self {
            Self::Create(create) => create.run(&house)?,
            Self::List(list) => list.run(&house)?,
            Self::Show(which) => which.show(&house)?,
            Self::Update(update) => update.run(&house)?,
            Self::Disable(which) => which.act(&house, EngineStateAction::Disable)?,
            Self::Enable(which) => which.act(&house, EngineStateAction::Enable)?,
            Self::Delete(which) => which.act(&house, EngineStateAction::Delete)?,
            Self::Undelete(which) => which.act(&house, EngineStateAction::Undelete)?,
        }
        Ok(Exit::Good)
    }
}
