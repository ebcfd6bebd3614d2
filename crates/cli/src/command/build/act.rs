//! `assay build submit|approve|…`: one word, one move.

use assay_app::Refused;
use assay_app::build::{act, offered};
use assay_core::Actor;
use assay_core::build::BuildAction;

use super::name::BuildName;
use super::row::{BuildRow, page};
use crate::command::form::Form;
use crate::installation::Installation;

#[derive(clap::Args, Debug)]
pub(crate) struct Act {
    /// The build: its id, or `ORG/NAME#NUMBER`
    build: BuildName,
    /// Why, for the log
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    /// Form of the answer
    #[arg(long, value_name = "FORM", default_value = "human")]
    format: Form,
}

#[derive(clap::Args, Debug)]
pub(crate) struct Reasoned {
    /// The build: its id, or `ORG/NAME#NUMBER`
    build: BuildName,
    /// Why; the developer reads it
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// Form of the answer
    #[arg(long, value_name = "FORM", default_value = "human")]
    format: Form,
}

impl Act {
    pub(super) fn run(self, house: &Installation, action: BuildAction) -> Result<(), Refused> {
        let build = self.build.find(house)?.build;
        let moved = act(&house.service, &Actor::operator(), build.id, action, self.reason.as_deref())?;
        self.format.print(&BuildRow::from(offered(&house.service, moved)?), page)
    }
}

impl Reasoned {
    pub(super) fn run(self, house: &Installation, action: BuildAction) -> Result<(), Refused> {
        let Self { build, reason, format } = self;
        Act { build, reason: Some(reason), format }.run(house, action)
    }
}
