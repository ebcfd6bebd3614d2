//! What is said of an engine to make or change one.

use assay_app::engine::{EngineChanges, NewEngine};
use assay_core::category::Category;
use assay_core::engine::EngineDetails;
use assay_core::manifest;
use assay_core::{Engine, EngineId};
use async_graphql::{ID, InputObject, Result};
use serde_json::Value;

use super::field::FieldInput;
use super::word::{DeploymentModel, EngineMode};
use crate::graphql::error::invalid;
use crate::graphql::scalar::id;

/// An engine to be made.
#[derive(InputObject)]
pub(super) struct CreateEngine {
    /// Its id, when the caller has one already.
    id: Option<ID>,
    #[graphql(default_with = "Some(false)")]
    is_public: Option<bool>,
    /// Display name, at most 50 characters.
    name: String,
    description: Option<String>,
    /// Id or name of its category.
    category_id: ID,
    deployment_model: DeploymentModel,
    price: Option<i64>,
    fields: Option<Vec<FieldInput>>,
    icon_path: Option<String>,
    logo_path: Option<String>,
    #[graphql(default_with = "Some(false)")]
    library_required: Option<bool>,
    #[graphql(name = "createsTDO", default_with = "Some(false)")]
    creates_tdo: Option<bool>,
    use_cases: Option<Vec<String>>,
    industries: Option<Vec<String>>,
    /// A manifest; its `engineMode` is taken where no `mode` is given. The rest is read from the images that are pushed.
    manifest: Option<Value>,
    /// How it takes its work. An extension of ours.
    mode: Option<EngineMode>,
}

/// What is to be different. What is not named stays.
#[derive(InputObject)]
pub(super) struct UpdateEngine {
    pub(super) id: ID,
    is_public: Option<bool>,
    name: Option<String>,
    description: Option<String>,
    category_id: Option<ID>,
    deployment_model: Option<DeploymentModel>,
    price: Option<i64>,
    fields: Option<Vec<FieldInput>>,
    icon_path: Option<String>,
    logo_path: Option<String>,
    library_required: Option<bool>,
    use_cases: Option<Vec<String>>,
    industries: Option<Vec<String>>,
    /// Only its `engineMode` is looked at, which must be the engine's.
    manifest: Option<Value>,
}

fn category(id: &ID) -> Result<Category> {
    id.parse().map_err(|unknown: assay_core::category::UnknownCategory| invalid(unknown.to_string()))
}

/// The mode a manifest names.
fn named(manifest: Option<&Value>) -> Result<Option<manifest::EngineMode>> {
    let Some(mode) = manifest.and_then(|manifest| manifest.get("engineMode")) else { return Ok(None) };
    match mode.as_str() {
        Some("segment" | "message") => Ok(Some(manifest::EngineMode::Chunk)),
        _ => serde_json::from_value(mode.clone())
            .map(Some)
            .map_err(|_| invalid("the manifest's `engineMode` is none that is known")),
    }
}

impl CreateEngine {
    /// The use case's words for it.
    pub(super) fn engine(self) -> Result<NewEngine> {
        let named = named(self.manifest.as_ref())?;
        Ok(NewEngine {
            org: None,
            id: self.id.as_ref().map(|given| id("Engine", given)).transpose()?.map(EngineId),
            name: self.name,
            slug: None,
            category: category(&self.category_id)?,
            mode: self.mode.map(Into::into).or(named).unwrap_or(manifest::EngineMode::Chunk),
            deployment_model: self.deployment_model.into(),
            details: EngineDetails {
                description: self.description.unwrap_or_default(),
                fields: self.fields.into_iter().flatten().map(Into::into).collect(),
                library_required: self.library_required.unwrap_or_default(),
                creates_tdo: self.creates_tdo.unwrap_or_default(),
                is_public: self.is_public.unwrap_or_default(),
                price: self.price,
                use_cases: self.use_cases.unwrap_or_default(),
                industries: self.industries.unwrap_or_default(),
                icon_path: self.icon_path,
                logo_path: self.logo_path,
                ..EngineDetails::default()
            },
        })
    }
}

impl UpdateEngine {
    /// The words in it that cannot be understood without the engine are looked at here.
    pub(super) fn checked(self) -> Result<Checked> {
        let category = self.category_id.as_ref().map(category).transpose()?;
        let mode = named(self.manifest.as_ref())?;
        Ok(Checked { category, mode, update: self })
    }
}

/// An update whose words are understood.
pub(super) struct Checked {
    category: Option<Category>,
    mode: Option<manifest::EngineMode>,
    update: UpdateEngine,
}

impl Checked {
    /// The use case's words for it.
    pub(super) fn changes(self, engine: &Engine) -> EngineChanges {
        let (update, now) = (self.update, engine.details.clone());
        EngineChanges {
            name: update.name,
            category: self.category,
            mode: self.mode,
            deployment_model: update.deployment_model.map(Into::into),
            details: Some(EngineDetails {
                description: update.description.unwrap_or(now.description),
                fields: update.fields.map_or(now.fields, |all| all.into_iter().map(Into::into).collect()),
                library_required: update.library_required.unwrap_or(now.library_required),
                is_public: update.is_public.unwrap_or(now.is_public),
                price: update.price.or(now.price),
                use_cases: update.use_cases.unwrap_or(now.use_cases),
                industries: update.industries.unwrap_or(now.industries),
                icon_path: update.icon_path.or(now.icon_path),
                logo_path: update.logo_path.or(now.logo_path),
                ..now
            }),
        }
    }
}
