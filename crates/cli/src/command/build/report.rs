//! `assay build report`

use assay_app::Refused;
use assay_app::build::report;
use assay_core::Actor;

use super::name::BuildName;
use crate::installation::Installation;
use crate::terminal;

#[derive(clap::Args, Debug)]
pub(crate) struct Report {
    /// The build: its id, or `ORG/NAME#NUMBER`
    build: BuildName,
}

impl Report {
    pub(super) fn run(self, house: &Installation) -> Result<(), Refused> {
        let build = self.build.find(house)?.build;
        terminal::print_raw(&report(&house.service, &Actor::operator(), build.id)?)
    }
}
