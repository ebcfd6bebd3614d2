//! What the service knows of an engine and its image alone does not tell.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::category::Category;
use crate::manifest::EngineMode;

/// How far an engine may reach, chosen at onboarding (GraphQL `DeploymentModel`).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum DeploymentModel {
    /// `FullyNetworkIsolated`: reaches nothing.
    #[default]
    NetworkIsolated,
    /// `MostlyNetworkIsolated`: reaches the hosts it declared; no user data leaves.
    ExternalAccess,
    /// `NonNetworkIsolated`: sends data to the declared hosts to be processed.
    ExternalProcessing,
    /// `HumanReview`: people work on the data.
    HumanReview,
}

impl DeploymentModel {
    /// The name typed on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::NetworkIsolated => "network-isolated",
            Self::ExternalAccess => "external-access",
            Self::ExternalProcessing => "external-processing",
            Self::HumanReview => "human-review",
        }
    }

    /// Whether declared hosts may be reached.
    pub fn reaches_out(self) -> bool {
        self != Self::NetworkIsolated
    }
}

/// The profile of an engine, from a profile file, flags, or the service's records. Unknown parts stay `None` and are
/// then taken from the manifest.
#[derive(Clone, PartialEq, Default, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct EngineProfile {
    /// The engine's id; when known, the manifest must name it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub engine_id: Option<String>,
    /// Display name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The category chosen at onboarding.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category: Option<Category>,
    /// The mode chosen at onboarding.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<EngineMode>,
    /// How far it may reach.
    pub deployment_model: DeploymentModel,
    /// Whether this is an adapter (category pull or push) and not a cognitive engine.
    pub adapter: bool,
    /// Custom fields a task would carry, by name.
    pub fields: BTreeMap<String, serde_json::Value>,
}
