//! The manifest rules from outside: each with a manifest that keeps it and one that breaks it.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // helpers of tests are tests too

mod cases;
mod effective;
mod generated;
mod hostile;
mod located;
mod rules;
mod text;

use assay_checks::manifest::{ManifestReading, read};
use assay_core::profile::DeploymentModel;
use assay_core::{EngineProfile, Severity};

/// A manifest that draws no finding at all.
const GOOD: &str = r#"{
  "engineId": "7b1c3f0e-52a4-4c1d-9d0c-0d1f6a1c2b3d",
  "category": "keyword extraction",
  "externalCalls": [],
  "outputFormats": ["application/json"],
  "clusterSize": "small",
  "initialConcurrency": 10,
  "maxConcurrency": 50,
  "preferredInputFormat": "text/plain",
  "supportedInputFormats": ["text/plain"],
  "engineMode": "chunk"
}
"#;

fn profile() -> EngineProfile {
    EngineProfile::default()
}

fn external() -> EngineProfile {
    EngineProfile { deployment_model: DeploymentModel::ExternalAccess, ..EngineProfile::default() }
}

fn adapter() -> EngineProfile {
    EngineProfile { adapter: true, ..EngineProfile::default() }
}

/// The good manifest with the line of `key` replaced by `line` (which may be several lines, or none).
fn with(key: &str, line: &str) -> String {
    let marker = format!("  \"{key}\":");
    let position = GOOD.lines().position(|text| text.starts_with(&marker)).unwrap();
    let mut lines: Vec<&str> = GOOD.lines().collect();
    lines.splice(position..=position, (!line.is_empty()).then_some(line));
    lines.join("\n")
}

/// The good manifest with `line` added after `engineId`, at line 3.
fn adding(line: &str) -> String {
    let (first, rest) = GOOD.split_once("  \"category\"").unwrap();
    format!("{first}  {line},\n  \"category\"{rest}")
}

fn reading(document: &str, profile: &EngineProfile) -> ManifestReading {
    read(document.as_bytes(), profile, "m.json")
}

/// Code, severity, pointer, line, column.
type Told = (String, Severity, String, u32, u32);

fn told(reading: &ManifestReading) -> Vec<Told> {
    let findings = reading.findings.iter();
    findings
        .map(|finding| {
            let place = &finding.place;
            assert_eq!(place.document.as_deref(), Some("m.json"));
            assert!(!finding.observed.is_empty() && !finding.expected.is_empty() && !finding.fix.is_empty());
            let pointer = place.pointer.clone().unwrap_or_default();
            let (line, column) = (place.line.unwrap_or_default(), place.column.unwrap_or_default());
            (finding.code.to_string(), finding.severity, pointer, line, column)
        })
        .collect()
}

#[test]
fn the_good_manifest_draws_no_finding() {
    assert_eq!(told(&reading(GOOD, &profile())), []);
}
