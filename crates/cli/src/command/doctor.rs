//! `assay doctor`

use assay_app::Refused;

use super::Global;
use crate::exit::Exit;

/// Say what this machine can do, and how to mend what is missing.
#[derive(clap::Args, Debug)]
pub(super) struct Doctor {}

impl Doctor {
    pub(super) fn run(self, _: &Global) -> Result<Exit, Refused> {
        Ok(Exit::Good)
    }
}
