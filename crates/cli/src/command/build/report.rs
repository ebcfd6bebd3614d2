//! `assay build report`

use assay_app::Refused;
use assay_app::build_report::download;
use assay_core::Actor;

use super::name::BuildName;
use crate::command::Format;
use crate::installation::Installation;
use crate::{render, terminal};

#[derive(clap::Args, Debug)]
pub(crate) struct Report {
    /// The build: its id, or `ORG/NAME#NUMBER`
    build: BuildName,
    /// Form of the report
    #[arg(long, value_name = "FORM", default_value = "json")]
    format: Format,
}

impl Report {
    pub(super) fn run(self, house: &Installation) -> Result<(), Refused> {
        let build = self.build.find(house)?.build;
        let report = download(&house.service, &Actor::operator(), build.id)?;
        terminal::print(&match self.format {
            Format::Human => render::report::text(&report, None),
            Format::Json => render::json(&report)?,
            Format::Sarif => render::sarif(&report)?,
            Format::Junit => render::junit(&report)?,
        })
    }
}
