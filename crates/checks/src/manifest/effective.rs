//! What the platform makes of a manifest: defaults applied, aliases resolved, lenient readings taken.

use std::collections::BTreeMap;

use assay_core::manifest::EffectiveManifest;
use serde_json::Value;

use super::fields::PLATFORM_KEYS;
use super::judge::Judge;
use super::{media, rules};

/// Instances when none are said.
const CONCURRENCY: u32 = 50;

/// Keys that have a place of their own in [`EffectiveManifest`].
const MODELLED: [&str; 12] = [
    "engineId",
    "category",
    "preferredInputFormat",
    "supportedInputFormats",
    "outputFormats",
    "clusterSize",
    "engineMode",
    "initialConcurrency",
    "maxConcurrency",
    "externalCalls",
    "maxFileMb",
    "supportedLanguages",
];

/// The effective manifest. A field that cannot be understood has its default, so a result is always there.
pub(super) fn of(judge: &Judge<'_>) -> EffectiveManifest {
    let (preferred, supported) = input_formats(judge);
    EffectiveManifest {
        engine_id: judge.text("engineId").unwrap_or_default().into(),
        category: judge.category(),
        preferred_input_format: preferred,
        supported_input_formats: supported,
        output_formats: judge.media_types("outputFormats"),
        cluster_size: judge.text("clusterSize").and_then(rules::cluster_size).unwrap_or_default(),
        engine_mode: judge.text("engineMode").and_then(rules::engine_mode).unwrap_or_default(),
        initial_concurrency: instances(judge, "initialConcurrency"),
        max_concurrency: instances(judge, "maxConcurrency"),
        external_calls: texts(judge, "externalCalls"),
        max_file_mb: judge.number("maxFileMb").filter(|megabytes| *megabytes > 0.0),
        supported_languages: texts(judge, "supportedLanguages"),
        other: other(judge),
    }
}

/// The preferred format is added to the supported ones; without one the first supported stands in.
fn input_formats(judge: &Judge<'_>) -> (String, Vec<String>) {
    let mut supported = judge.media_types("supportedInputFormats");
    let preferred = match judge.text("preferredInputFormat") {
        Some(text) => media::normal(text),
        None => supported.first().cloned().unwrap_or_default(),
    };
    if !preferred.is_empty() && !supported.contains(&preferred) {
        supported.insert(0, preferred.clone());
    }
    (preferred, supported)
}

fn instances(judge: &Judge<'_>, name: &str) -> u32 {
    let given = judge.number(name).filter(|number| *number >= 1.0 && *number <= f64::from(u32::MAX));
    given.map_or(CONCURRENCY, |number| number as u32)
}

fn texts(judge: &Judge<'_>, name: &str) -> Vec<String> {
    judge.list(name).into_iter().map(|(_, text)| text.to_owned()).collect()
}

fn other(judge: &Judge<'_>) -> BTreeMap<String, Value> {
    let kept = |name: &str| !MODELLED.contains(&name) && !PLATFORM_KEYS.contains(&name);
    let raw = judge.syntax.raw.iter();
    raw.filter(|(name, _)| kept(name)).map(|(name, value)| (name.clone(), value.clone())).collect()
}
