//! `assay manifest validate` and `init`, through the front door.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod house;

use house::{House, good_manifest};
use insta::assert_snapshot;
use serde_json::Value;

const BAD: &str = r#"{
  "engineId": "62f6f0ee-1111-4222-8333-444455556666",
  "category": "keyword extractoin",
  "intialConcurrency": 5,
  "maxConcurrency": "many",
  "outputFormats": ["application/json"],
  "clusterSize": "huge",
  "preferredInputFormat": "text/plain",
  "supportedInputFormats": ["text/plain"],
  "engineMode": "chunk"
}
"#;

#[test]
fn a_good_manifest_is_valid() {
    let house = House::new();
    house.file("manifest.json", good_manifest("keyword extraction"));
    assert_snapshot!(house.told(&["manifest", "validate", "manifest.json"]));
}

#[test]
fn a_bad_manifest_is_shown_at_its_places() {
    let house = House::new();
    house.file("manifest.json", BAD);
    assert_snapshot!(house.told(&["manifest", "validate", "manifest.json"]));
}

#[test]
fn json_names_every_place_and_the_effective_manifest() {
    let house = House::new();
    house.file("manifest.json", BAD);
    let output =
        house.assay(&["manifest", "validate", "manifest.json", "--format", "json"]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(told["valid"], false);
    let findings = told["findings"].as_array().unwrap();
    let category = findings.iter().find(|finding| finding["code"] == "MAN-007").unwrap();
    assert_eq!((&category["place"]["line"], &category["place"]["column"]), (&3.into(), &15.into()));
    assert_eq!(category["patch"]["replacement"], "\"keyword extraction\"");
    assert_eq!(told["effectiveManifest"]["engineMode"], "chunk");
}

#[test]
fn standard_input_and_the_profile_count() {
    let house = House::new();
    let manifest = good_manifest("keyword extraction").replace("[],", "[\"api.example.com\"],");
    let run = |arguments: &[&str]| house.assay(arguments).write_stdin(manifest.clone()).output().unwrap();
    assert_eq!(run(&["manifest", "validate", "-"]).status.code(), Some(1), "isolated engines call nobody");
    let open = run(&["manifest", "validate", "-", "--deployment-model", "external-access"]);
    assert_eq!(open.status.code(), Some(0), "{}", house.described(&open));
}

/// Control sequences, reading-direction marks and line breaks in a hostile manifest reach no terminal.
#[test]
fn hostile_text_is_shown_and_not_obeyed() {
    let house = House::new();
    let hostile = "\\u001b[2J\\u202e\\u0007evil";
    house.file("manifest.json", format!("{{\"category\": \"{hostile}\", \"\u{202e}raw\u{9b}2J\": 1}}"));
    let output = house.assay(&["manifest", "validate", "manifest.json"]).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let obeyed = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
    assert!(!text.contains(obeyed), "{text:?}");
    assert!(text.contains("evil") && text.contains("raw"), "{text}");
}

#[test]
fn init_writes_what_validate_accepts() {
    let house = House::new();
    let id = "62f6f0ee-1111-4222-8333-444455556666";
    let init = ["manifest", "init", "--engine-id", id, "--category", "keyword", "-o", "manifest.json"];
    house.assay(&init).assert().success();
    house.assay(&["manifest", "validate", "manifest.json"]).assert().success();
    assert_snapshot!("init_does_not_write_over_a_file", house.told(&init));
    assert_snapshot!("init_asks_nobody_where_nobody_is", house.told(&["manifest", "init"]));
}

#[test]
fn init_says_when_what_it_wrote_is_not_valid() {
    let house = House::new();
    let id = "62f6f0ee-1111-4222-8333-444455556666";
    let init = [
        "manifest",
        "init",
        "--engine-id",
        id,
        "--category",
        "keyword",
        "--external-call",
        "api.example.com",
    ];
    house.assay(&init).assert().code(1);
    house.assay(&[&init[..], &["--deployment-model", "external-access"]].concat()).assert().code(0);
}

#[test]
fn mistyped_words_and_paths_end_with_code_2_and_a_way_out() {
    let house = House::new();
    let told = house.told(&["manifest", "init", "--engine-id", "x", "--category", "keywrd"]);
    assert!(told.starts_with("exit: 2") && told.contains("did you mean `keyword extraction`?"), "{told}");
    let init = ["manifest", "init", "--engine-id", "x", "--category", "keyword", "-o", "none/m.json"];
    let told = house.told(&init);
    assert!(told.starts_with("exit: 2") && told.contains("error[folder-not-found]"), "{told}");
}

/// The usage line names what has to be given, and the data folder has not.
#[test]
fn a_data_folder_in_the_environment_is_no_flag_that_must_be_given() {
    let house = House::new();
    let told = house.told(&["manifest", "validate"]);
    assert!(told.starts_with("exit: 2") && !told.contains("--data <DIR>"), "{told}");
    let empty = house.assay(&["db", "import", "--demonstration"]).env("ASSAY_DATA", "").output().unwrap();
    assert_eq!(empty.status.code(), Some(0), "{}", house.described(&empty));
    assert!(house.path().join(".local/share/assay/database").exists(), "empty counts as unset");
}

#[test]
fn hidden_commands_are_offered_nowhere() {
    let house = House::new();
    for arguments in [&["--quiet"][..], &[], &["completions", "bash"], &["completions", "zsh"]] {
        let told = house.told(arguments);
        assert!(told.contains("doctor") && !told.contains("sweep"), "{arguments:?}: {told}");
    }
}

#[test]
fn a_data_folder_that_takes_nothing_is_told_before_the_work() {
    let house = House::new();
    let told = house.told(&["db", "import", "--demonstration", "--data", "/proc/assay"]);
    assert!(told.starts_with("exit: 2") && told.contains("ASSAY_DATA") && !told.contains(".tmp"), "{told}");
}
