//! `init` writes manifests that pass.

use super::*;
use assay_checks::manifest::{Answers, init};
use assay_core::category::{CATEGORIES, Category};
use assay_core::manifest::EngineMode;

const ID: &str = "7b1c3f0e-52a4-4c1d-9d0c-0d1f6a1c2b3d";

#[test]
fn every_category_gets_a_manifest_without_findings() {
    for row in CATEGORIES {
        let category: Category = row.name.parse().unwrap();
        let written = init(&Answers::for_category(ID, category));
        let told: Vec<_> =
            told(&reading(&written, &profile())).into_iter().filter(|told| told.0 != "MAN-026").collect();
        assert_eq!(told, [], "{written}");
        let effective = reading(&written, &profile()).effective.unwrap();
        assert_eq!(effective.category, Some(category));
    }
}

#[test]
fn keys_stand_in_the_generators_order() {
    let mut answers = Answers::for_category(ID, "keyword".parse().unwrap());
    answers.url = Some("https://example.com/".into());
    answers.preferred_input_format = "text/html".into();
    let expected = r#"{
  "engineId": "7b1c3f0e-52a4-4c1d-9d0c-0d1f6a1c2b3d",
  "url": "https://example.com/",
  "category": "keyword extraction",
  "externalCalls": [],
  "outputFormats": ["application/json"],
  "clusterSize": "small",
  "initialConcurrency": 50,
  "maxConcurrency": 50,
  "preferredInputFormat": "text/html",
  "supportedInputFormats": ["text/html", "text/plain"],
  "engineMode": "chunk"
}
"#;
    assert_eq!(init(&answers), expected);
}

#[test]
fn texts_are_escaped() {
    let mut answers = Answers::for_category("a\"b\\\n", "keyword".parse().unwrap());
    answers.engine_mode = EngineMode::Stream;
    let effective = reading(&init(&answers), &profile()).effective.unwrap();
    assert_eq!((effective.engine_id.as_str(), effective.engine_mode), ("a\"b\\", EngineMode::Stream));
}
