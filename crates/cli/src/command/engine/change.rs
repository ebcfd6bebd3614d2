//! `assay engine show|disable|enable|delete|undelete`

use assay_app::Refused;
use assay_app::engine::{act, derived};
use assay_core::Actor;
use assay_core::engine::EngineStateAction;

use super::name::EngineName;
use super::row::{EngineRow, page};
use crate::command::form::Form;
use crate::installation::Installation;

#[derive(clap::Args, Debug)]
pub(crate) struct Which {
    /// The engine: its id, or `ORG/NAME`; a deleted one by its id alone
    engine: EngineName,
    /// Form of the answer
    #[arg(long, value_name = "FORM", default_value = "human")]
    format: Form,
}

impl Which {
    pub(super) fn show(self, house: &Installation) -> Result<(), Refused> {
        self.format.print(&EngineRow::from(self.engine.find(house)?), page)
    }

    pub(super) fn act(self, house: &Installation, action: EngineStateAction) -> Result<(), Refused> {
        let id = self.engine.find(house)?.engine.id;
        let changed = act(&house.service, &Actor::operator(), id, action)?;
        self.format.print(&EngineRow::from(derived(&house.service, changed)?), page)
    }
}
