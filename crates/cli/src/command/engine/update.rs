//! `assay engine update`

use assay_app::Refused;
use assay_app::engine::{EngineChanges, derived, update};
use assay_core::engine::EngineDetails;
use assay_core::profile::DeploymentModel;
use assay_core::{Actor, Engine};

use super::name::EngineName;
use super::row::{EngineRow, page};
use crate::command::form::Form;
use crate::command::profile::{MODELS, named};
use crate::installation::Installation;

#[derive(clap::Args, Debug)]
pub(crate) struct Update {
    /// The engine: its id, or `ORG/NAME`
    engine: EngineName,
    /// Display name
    #[arg(long, value_name = "TEXT")]
    name: Option<String>,
    /// For people
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,
    /// How far it may reach; a stricter one has what was judged judged anew
    #[arg(long, value_name = "MODEL", value_parser = named::<DeploymentModel>(&MODELS))]
    deployment_model: Option<DeploymentModel>,
    /// Whether other organizations may see it once it is deployed
    #[arg(long, value_name = "YES")]
    public: Option<bool>,
    /// Form of the answer
    #[arg(long, value_name = "FORM", default_value = "human")]
    format: Form,
}

impl Update {
    pub(super) fn run(self, house: &Installation) -> Result<(), Refused> {
        let id = self.engine.find(house)?.engine.id;
        let changed = update(&house.service, &Actor::operator(), id, |engine| self.changes(engine))?;
        self.format.print(&EngineRow::from(derived(&house.service, changed)?), page)
    }

    fn changes(&self, engine: &Engine) -> EngineChanges {
        let details = engine.details.clone();
        EngineChanges {
            name: self.name.clone(),
            deployment_model: self.deployment_model,
            details: Some(EngineDetails {
                description: self.description.clone().unwrap_or(details.description),
                is_public: self.public.unwrap_or(details.is_public),
                ..details
            }),
            ..EngineChanges::default()
        }
    }
}
