//! An engine as the service knows it: its profile, and the state derived from its builds.

mod state;

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::account::{OrgId, UserId};
use crate::category::Category;
use crate::manifest::EngineMode;
use crate::profile::{DeploymentModel, EngineProfile};

pub use state::{DisabledReason, EngineState, EngineStateAction};

/// Names an engine.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EngineId(pub Uuid);

impl fmt::Display for EngineId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// An engine's profile and whatever of its state is not derived.
#[derive(Clone, PartialEq, Debug)]
pub struct Engine {
    /// Its id, which its manifests name.
    pub id: EngineId,
    /// Whose it is.
    pub org: OrgId,
    /// Its name in registry paths, unique within the organization: `[a-z0-9]` and single dashes, at most 60 characters.
    pub slug: String,
    /// Display name, at most 50 characters.
    pub name: String,
    /// What it does, category and mode, how far it reaches; locked as lifecycle.md §2 says.
    pub category: Category,
    /// How it takes its work.
    pub mode: EngineMode,
    /// How far it may reach.
    pub deployment_model: DeploymentModel,
    /// The rest of what onboarding asks for.
    pub details: EngineDetails,
    /// Who or what disabled it.
    pub disabled: Option<DisabledReason>,
    /// When it was deleted.
    pub deleted_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
    /// By whom.
    pub created_by: Option<UserId>,
    /// When its profile last changed.
    pub modified_at: Timestamp,
}

/// The parts of a profile that decide nothing about status; kept as one JSON document.
#[derive(Clone, PartialEq, Default, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct EngineDetails {
    /// For people, at most 250 characters.
    pub description: String,
    /// Custom fields of its tasks, as the public API lists them.
    pub fields: Vec<EngineField>,
    /// Whether tasks need a library.
    pub library_required: bool,
    /// Whether its tasks make their own target.
    pub creates_tdo: bool,
    /// Whether other organizations may see it once deployed.
    pub is_public: bool,
    /// Price in thousandths of a cent; informational.
    pub price: Option<i64>,
    /// Use cases, as chosen.
    pub use_cases: Vec<String>,
    /// Industries, as chosen.
    pub industries: Vec<String>,
    /// Address or path of the icon.
    pub icon_path: Option<String>,
    /// Address or path of the logo.
    pub logo_path: Option<String>,
    /// Testing detail: where results are sent beside the pusher.
    pub results_email: Vec<String>,
    /// Testing detail: values of the custom fields in test runs.
    pub test_payload: serde_json::Map<String, serde_json::Value>,
}

/// A custom field (GraphQL `EngineField`).
#[derive(Clone, PartialEq, Default, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct EngineField {
    /// Key in the payload: `[A-Za-z][A-Za-z0-9_]*`.
    pub name: String,
    /// Shown beside the control.
    pub label: String,
    /// Help text.
    pub info: String,
    /// `Number`, `Picklist`, `MultiPicklist`, `Text`, `SchemaSelection`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Least number.
    pub min: Option<f64>,
    /// Greatest number.
    pub max: Option<f64>,
    /// Step of numbers.
    pub step: Option<f64>,
    /// Choices of picklists.
    pub options: Vec<FieldOption>,
    /// Value when none is given.
    pub default_value: Option<String>,
    /// Values when none are given, of a MultiPicklist.
    pub default_values: Vec<String>,
    /// Whether a task must carry it.
    pub required: bool,
}

/// A choice of a picklist.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct FieldOption {
    /// What the task carries.
    pub key: String,
    /// What people see.
    pub value: String,
}

impl Engine {
    /// What a certification is told of the engine.
    pub fn profile(&self) -> EngineProfile {
        EngineProfile {
            engine_id: Some(self.id.to_string()),
            name: Some(self.name.clone()),
            category: Some(self.category),
            mode: Some(self.mode),
            deployment_model: self.deployment_model,
            adapter: self.category.is_adapter(),
            fields: self.details.test_payload.clone().into_iter().collect(),
        }
    }
}
