//! `assay manifest …`

mod init;
mod validate;

use assay_app::Refused;
use clap::Subcommand;

use crate::exit::Exit;

/// What can be done with a manifest.
#[derive(Subcommand, Debug)]
pub(super) enum Manifest {
    /// Judge a manifest and show what is wrong, at its place
    Validate(validate::Validate),
    /// Write a manifest, by asking or from flags
    Init(Box<init::Init>),
}

impl Manifest {
    pub(super) fn run(self) -> Result<Exit, Refused> {
        match self {
            Self::Validate(validate) => validate.run(),
            Self::Init(init) => init.run(),
        }
    }
}
