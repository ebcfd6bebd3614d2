//! What the platform makes of a manifest.

use super::*;
use assay_core::manifest::{ClusterSize, EngineMode};

#[test]
fn defaults_are_applied() {
    let reading = reading(
        r#"{"engineId": "a", "preferredInputFormat": "audio/wav", "user": "x", "mine": [1]}"#,
        &profile(),
    );
    let effective = reading.effective.unwrap();
    assert_eq!(effective.supported_input_formats, ["audio/wav"]);
    assert_eq!((effective.initial_concurrency, effective.max_concurrency), (50, 50));
    assert_eq!((effective.engine_mode, effective.cluster_size), (EngineMode::Legacy, ClusterSize::Small));
    assert_eq!(effective.max_file_mb, None);
    assert_eq!(effective.other.keys().collect::<Vec<_>>(), ["mine"], "platform keys are dropped");
    assert_eq!(reading.raw.unwrap()["user"], "x", "the raw manifest keeps them");
}

#[test]
fn aliases_and_lenient_readings_are_resolved() {
    let document = with("engineMode", "  \"engineMode\": \"segment\"")
        .replace("\"text/plain\"]", "\"TEXT/PLAIN;charset=UTF-8\"]")
        .replace(
            "\"maxConcurrency\": 50",
            "\"maxConcurrency\": 20.0, \"supportedLanguages\": \"en\", \"maxFileMb\": 1.5",
        );
    let effective = reading(&document, &profile()).effective.unwrap();
    assert_eq!(effective.engine_mode, EngineMode::Chunk);
    assert_eq!(effective.supported_input_formats, ["text/plain", "text/plain; charset=utf-8"]);
    assert_eq!((effective.max_concurrency, effective.max_file_mb), (20, Some(1.5)));
    assert_eq!(effective.supported_languages, ["en"]);
}

#[test]
fn the_profile_lends_its_category() {
    let known = EngineProfile { category: Some("sentiment".parse().unwrap()), ..profile() };
    let effective = reading(&with("category", ""), &known).effective.unwrap();
    assert_eq!(effective.category.unwrap().name(), "sentiment");
}

#[test]
fn an_unusable_manifest_still_has_an_effective_one() {
    let reading =
        reading("{\"clusterSize\": 7, \"outputFormats\": \"x\", \"maxConcurrency\": -1e300}", &profile());
    let effective = reading.effective.unwrap();
    assert_eq!((effective.engine_id.as_str(), effective.max_concurrency), ("", 50));
    assert!(reading.findings.iter().any(|finding| finding.severity == Severity::Error));
}
