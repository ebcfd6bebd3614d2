//! `assay engine create`

use std::path::PathBuf;

use assay_app::Refused;
use assay_app::engine::{NewEngine, create, derived};
use assay_core::category::Category;
use assay_core::engine::EngineDetails;
use assay_core::manifest::EngineMode;
use assay_core::profile::DeploymentModel;
use assay_core::{Actor, EngineId, OrgId};
use uuid::Uuid;

use super::row::{EngineRow, page};
use crate::command::form::Form;
use crate::command::profile::{MODELS, MODES, category, named};
use crate::command::read;
use crate::installation::Installation;

#[derive(clap::Args, Debug)]
pub(crate) struct Create {
    /// Display name, at most 50 characters
    name: String,
    /// Id of the organization it belongs to
    #[arg(long, value_name = "ID")]
    org: i64,
    /// What it does, such as "transcription"; cannot be changed later
    #[arg(long, value_name = "NAME", value_parser = category)]
    category: Category,
    /// How it takes its work; cannot be changed later
    #[arg(long, value_name = "MODE", default_value = "chunk", value_parser = named::<EngineMode>(&MODES))]
    mode: EngineMode,
    /// How far it may reach
    #[arg(long, value_name = "MODEL", default_value = "network-isolated", value_parser = named::<DeploymentModel>(&MODELS))]
    deployment_model: DeploymentModel,
    /// Name in registry paths [default: made of the display name]
    #[arg(long, value_name = "NAME")]
    slug: Option<String>,
    /// Its id, when manifests name one already
    #[arg(long, value_name = "UUID")]
    id: Option<Uuid>,
    /// For people, at most 250 characters
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,
    /// Let other organizations see it once it is deployed
    #[arg(long)]
    public: bool,
    /// JSON file with the rest of the profile, named as `assay engine show --format json` names it
    #[arg(long, value_name = "FILE")]
    profile: Option<PathBuf>,
    /// Form of the answer
    #[arg(long, value_name = "FORM", default_value = "human")]
    format: Form,
}

impl Create {
    pub(super) fn run(self, house: &Installation) -> Result<(), Refused> {
        let format = self.format;
        let made = create(&house.service, &Actor::operator(), &self.profile()?)?;
        format.print(&EngineRow::from(derived(&house.service, made)?), page)
    }

    fn profile(self) -> Result<NewEngine, Refused> {
        let file: EngineDetails =
            self.profile.map(|file| read::json(&file, "profile")).transpose()?.unwrap_or_default();
        Ok(NewEngine {
            org: Some(OrgId(self.org)),
            id: self.id.map(EngineId),
            name: self.name,
            slug: self.slug,
            category: self.category,
            mode: self.mode,
            deployment_model: self.deployment_model,
            details: EngineDetails {
                description: self.description.unwrap_or(file.description),
                is_public: self.public || file.is_public,
                ..file
            },
        })
    }
}
