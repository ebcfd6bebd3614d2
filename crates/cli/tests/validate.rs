//! `assay output validate`, through the front door.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod house;

use house::House;
use insta::assert_snapshot;
use serde_json::Value;

const GOOD: &str = r#"{
  "validationContracts": ["keyword"],
  "object": [{ "type": "keyword", "label": "harbour" }]
}
"#;
const BAD: &str = r#"{
  "validationContracts": ["keyword"],
  "object": [
    { "type": "keyword", "label": "harbour", "colour": "blue" },
    { "type": "keyword" }
  ]
}
"#;

#[test]
fn a_good_document_is_valid() {
    let house = House::new();
    house.file("out.json", GOOD);
    assert_snapshot!(house.told(&["output", "validate", "out.json"]));
}

#[test]
fn a_bad_document_is_shown_at_its_places() {
    let house = House::new();
    house.file("out.json", BAD);
    assert_snapshot!(house.told(&["output", "validate", "out.json"]));
}

#[test]
fn a_contract_asked_for_counts_whatever_the_document_lists() {
    let house = House::new();
    house.file("out.json", GOOD);
    let told =
        house.assay(&["output", "validate", "out.json", "--contract", "transcript", "--format", "json"]);
    let output = { told }.output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(told["contracts"], serde_json::json!(["transcript"]));
    assert!(!told["errors"].as_array().unwrap().is_empty());
}

#[test]
fn the_strip_profile_takes_unknown_keys_out() {
    let house = House::new();
    let document = GOOD.replace("\"label\"", "\"colour\": \"blue\", \"label\"");
    house.file("out.json", &document);
    house.assay(&["output", "validate", "out.json"]).assert().code(1);
    let strip = ["output", "validate", "out.json", "--profile", "strip", "--format", "json"];
    let output = house.assay(&strip).output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(told["processed"]["object"][0], serde_json::json!({ "type": "keyword", "label": "harbour" }));
}

#[test]
fn every_form_speaks_of_the_same_findings() {
    let house = House::new();
    house.file("out.json", BAD);
    let form = |form: &str| {
        let output = house.assay(&["output", "validate", "out.json", "--format", form]).output().unwrap();
        assert_eq!(output.status.code(), Some(1));
        String::from_utf8(output.stdout).unwrap()
    };
    let json: Value = serde_json::from_str(&form("json")).unwrap();
    let sarif: Value = serde_json::from_str(&form("sarif")).unwrap();
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    assert_eq!(results.len(), json["findings"].as_array().unwrap().len());
    let line = &results[0]["locations"][0]["physicalLocation"]["region"]["startLine"];
    assert_eq!(line, &json["findings"][0]["place"]["line"]);
    assert!(form("junit").contains("<testcase classname=\"assay.build\" name=\"OUT-KEYWORD\">"));
}

#[test]
fn mistakes_of_the_caller_end_with_code_2() {
    let house = House::new();
    assert_snapshot!("a_missing_file", house.told(&["output", "validate", "nowhere.json"]));
    house.assay(&["output", "validate"]).assert().code(2);
    house.assay(&["output", "polish"]).assert().code(2);
}

#[test]
fn an_unknown_contract_is_a_mistake_in_the_call() {
    let house = House::new();
    house.file("out.json", GOOD);
    let told = house.told(&["output", "validate", "out.json", "--contract", "keywrd"]);
    assert!(told.starts_with("exit: 2") && told.contains("a similar value exists: 'keyword'"), "{told}");
    house.assay(&["output", "validate", "out.json", "--contract", "face"]).assert().code(1);
}

#[test]
fn what_the_strip_profile_took_out_is_told_to_people_too() {
    let house = House::new();
    house.file("out.json", GOOD.replace("\"label\"", "\"colour\": \"blue\", \"label\""));
    let told = house.told(&["output", "validate", "out.json", "--profile", "strip"]);
    assert!(told.contains("note: `.object[0].colour` was taken out"), "{told}");
}
