//! `assay judge`: the process in which the service has an image judged.

use assay_app::Refused;

use super::Global;
use crate::exit::Exit;
use crate::judge;

/// Follow one order that comes on standard input; the service starts this.
#[derive(clap::Args, Debug)]
pub(super) struct Judge {}

impl Judge {
    pub(super) fn run(self, global: &Global) -> Result<Exit, Refused> {
        judge::judge(&global.folder()?).map(|()| Exit::Good)
    }
}
