//! The engine's profile, from a file and from flags. What the service knows from onboarding enters here.

use std::path::PathBuf;

use assay_app::Refused;
use assay_core::category::{CATEGORIES, Category, UnknownCategory};
use assay_core::manifest::EngineMode;
use assay_core::profile::DeploymentModel;
use assay_core::{EngineProfile, Rejection};
use clap::builder::{PossibleValuesParser, TypedValueParser};
use serde::de::DeserializeOwned;

use super::read;

/// Flags win over the file.
#[derive(clap::Args, Debug, Default)]
#[command(next_help_heading = "Engine profile (otherwise from the manifest)")]
pub(super) struct ProfileFlags {
    /// JSON file with what the service knows of the engine
    #[arg(long, value_name = "FILE")]
    profile: Option<PathBuf>,
    /// How far the engine may reach [default: network-isolated]
    #[arg(long, value_name = "MODEL", value_parser = named::<DeploymentModel>(&MODELS))]
    deployment_model: Option<DeploymentModel>,
    /// Category chosen at onboarding, such as "keyword extraction"
    #[arg(long, value_name = "NAME", value_parser = category)]
    category: Option<Category>,
    /// Mode chosen at onboarding
    #[arg(long, value_name = "MODE", value_parser = named::<EngineMode>(&MODES))]
    mode: Option<EngineMode>,
    /// Id of the engine that the image has to name
    #[arg(long, value_name = "ID")]
    engine_id: Option<String>,
}

/// The deployment models.
pub(super) const MODELS: [&str; 4] =
    ["network-isolated", "external-access", "external-processing", "human-review"];
/// The modes.
pub(super) const MODES: [&str; 4] = ["batch", "chunk", "stream", "legacy"];

impl ProfileFlags {
    /// The profile they describe together.
    pub(super) fn profile(&self) -> Result<EngineProfile, Refused> {
        let mut profile = match &self.profile {
            Some(file) => read::json(file, "profile")?,
            None => EngineProfile::default(),
        };
        if let Some(model) = self.deployment_model {
            profile.deployment_model = model;
        }
        profile.category = self.category.or(profile.category);
        profile.mode = self.mode.or(profile.mode);
        profile.engine_id = self.engine_id.clone().or(profile.engine_id);
        profile.adapter |= profile.category.is_some_and(Category::is_adapter);
        Ok(profile)
    }
}

/// A category by any of its names. An unknown one is answered with the nearest, or else with all.
pub(super) fn category(text: &str) -> Result<Category, String> {
    text.parse().map_err(|cause: UnknownCategory| {
        let wanted = text.to_lowercase();
        let words = CATEGORIES
            .iter()
            .flat_map(|row| row.aliases.iter().chain([&row.name]).map(move |word| (word, row)));
        let near = words
            .map(|(word, row)| (strsim::osa_distance(&wanted, word), row.name))
            .filter(|(distance, _)| *distance <= 2 && *distance < wanted.chars().count())
            .min();
        let meant = near.map(|(_, name)| format!("; did you mean `{name}`?")).unwrap_or_default();
        let names: Vec<&str> = CATEGORIES.iter().map(|row| row.name).collect();
        format!("{cause}{meant}\n  [categories: {}]", names.join(", "))
    })
}

/// A parser for one of the core's words, with the words shown in the help.
pub(super) fn named<T: DeserializeOwned + Clone + Send + Sync + 'static>(
    names: &'static [&'static str],
) -> impl TypedValueParser<Value = T> {
    PossibleValuesParser::new(names).try_map(|name| {
        serde_json::from_value(serde_json::Value::String(name))
            .map_err(|cause| Rejection::new("unknown-name", cause.to_string()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_offered_is_one_the_core_knows() {
        for name in MODELS {
            let model: DeploymentModel = serde_json::from_value(name.into()).unwrap();
            assert_eq!(model.name(), name);
        }
        for name in MODES {
            let mode: EngineMode = serde_json::from_value(name.into()).unwrap();
            assert_eq!(mode.name(), name);
        }
    }

    #[test]
    fn flags_win_over_the_file() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        std::io::Write::write_all(
            &mut file,
            br#"{"engineId":"from-file","mode":"batch","deploymentModel":"human-review"}"#,
        )
        .unwrap();
        let flags = ProfileFlags {
            profile: Some(file.path().to_owned()),
            engine_id: Some("from-flag".into()),
            ..ProfileFlags::default()
        };
        let profile = flags.profile().unwrap();
        assert_eq!(profile.engine_id.as_deref(), Some("from-flag"));
        assert_eq!(profile.mode, Some(EngineMode::Batch));
        assert_eq!(profile.deployment_model, DeploymentModel::HumanReview);
    }
}
