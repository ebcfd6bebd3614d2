//! The two profiles, the answer of the web service, and which contracts are used.

use assay_checks::output::{Limits, Profile, Validation, validate};
use assay_core::Severity;
use serde_json::{Value, json};

use crate::{codes, errors, judged, request};

fn stripped(document: &Value) -> Validation {
    validate(document.to_string().as_bytes(), &request().profile(Profile::Strip))
}

fn extra() -> Value {
    json!({
        "validationContracts": ["transcript"],
        "generatedDateUtc": "2025-01-01T00:00:00Z",
        "vendor": { "mine": { "x": 1 } },
        "series": [{
            "startTimeMs": 0, "stopTimeMs": 10, "extra": [1],
            "words": [{ "word": "a", "start": 0 }],
            "vendor": { "extra": 1 },
            "gps": [{ "latitude": 1, "longitude": 1, "name": "here" }],
            "structuredData": { "not-an-id": 1, "1c8f9b3a-0000-4000-8000-000000000000": { "free": 1 } },
        }],
    })
}

#[test]
fn strict_refuses_unknown_keys_of_closed_objects() {
    let validation = judged(&extra());
    let expected = [".series[0]", ".series[0].gps[0]", ".series[0].structuredData", ".series[0].words[0]"];
    assert_eq!(errors(&validation), expected.map(|path| ("additionalProperties", path)));
    assert_eq!(validation.processed, None);
}

#[test]
fn strip_takes_them_out_and_says_so() {
    let validation = stripped(&extra());
    assert_eq!(errors(&validation), []);
    assert!(validation.valid);
    let expected = json!({
        "validationContracts": ["transcript"],
        "vendor": { "mine": { "x": 1 } },
        "series": [{
            "startTimeMs": 0, "stopTimeMs": 10,
            "words": [{ "word": "a" }],
            "vendor": { "extra": 1 },
            "gps": [{ "latitude": 1, "longitude": 1 }],
            "structuredData": { "1c8f9b3a-0000-4000-8000-000000000000": { "free": 1 } },
        }],
    });
    assert_eq!(validation.processed, Some(expected));
    assert_eq!(validation.notes.len(), 5, "{:?}", validation.notes);
    assert!(validation.notes.contains(&"`.series[0].words[0].start` was taken out".to_owned()));
}

#[test]
fn strip_still_refuses_what_is_wrong() {
    let validation = stripped(&json!({ "validationContracts": ["language"], "language": 5, "zz": 1 }));
    assert_eq!(errors(&validation), [("type", ".language")]);
    assert_eq!(validation.processed, None);
}

#[test]
fn repeated_edges_show_up_once_their_extras_are_gone() {
    let edge = |extra: u8| json!({ "word": "a", "confidence": 1, "utteranceLength": 1, "bestPath": true, "n": extra });
    let series = json!([{ "startTimeMs": 0, "stopTimeMs": 1, "words": [edge(1), edge(2)] }]);
    let validation = stripped(&json!({ "validationContracts": ["transcript"], "series": series }));
    let keywords: Vec<_> = errors(&validation).into_iter().map(|(keyword, _)| keyword).collect();
    assert_eq!(keywords, ["if", "requireBestPath", "uniqueItems"]);
}

#[test]
fn an_unknown_top_level_key_is_only_warned_about_and_suggested() {
    let validation =
        judged(&json!({ "validationContracts": ["language"], "language": "en", "generatedDateUtc": "x" }));
    assert!(validation.valid);
    let finding = &validation.findings[0];
    assert_eq!((finding.code.as_str(), finding.severity), ("OUT-X1", Severity::Warning));
    assert_eq!(finding.fix, "did you mean `generatedDateUTC`?");
}

#[test]
fn a_document_without_contracts_needs_them() {
    let validation = judged(&json!({ "language": "en" }));
    assert_eq!(errors(&validation), [("required", "")]);
    assert_eq!(validation.errors[0].params, json!({ "missingProperty": "validationContracts" }));
    assert!(validation.contracts_used.is_empty());
}

#[test]
fn aion_is_used_when_asked_for_and_only_then() {
    let document = json!({ "language": "en" }).to_string();
    assert!(validate(document.as_bytes(), &request().contracts(["aion"])).valid);
    let listed = judged(&json!({ "validationContracts": ["aion"] }));
    assert_eq!(codes(&listed), ["OUT-K2"]);
    assert!(!listed.valid);
}

#[test]
fn a_contract_that_does_not_exist_is_never_met() {
    let validation = validate(b"{}", &request().contracts(["transcirpt"]));
    assert!(!validation.valid);
    assert_eq!(codes(&validation), ["OUT-K2"]);
}

#[test]
fn the_whole_format_is_checked_beside_the_contract_unless_unwanted() {
    let document = json!({ "validationContracts": ["keyword"], "object": [], "series": "garbage" });
    let validation = judged(&document);
    assert_eq!(errors(&validation), [("type", ".series")]);
    assert!(codes(&validation).contains(&"OUT-AION"));
    let mut bare = request().contracts(["keyword"]);
    bare.whole_format = false;
    assert!(validate(document.to_string().as_bytes(), &bare).valid);
}

#[test]
fn the_answer_has_the_shape_of_the_service() {
    let good = stripped(&json!({ "validationContracts": ["language"], "language": "en" })).answer();
    assert_eq!(
        good,
        json!({ "data": { "valid": true, "processed": {
        "validationContracts": ["language"], "language": "en" } } })
    );
    let bad = stripped(&json!({ "validationContracts": ["language"] })).answer();
    assert_eq!(bad["errors"][0]["name"], "invalid_input");
    let entry = &bad["errors"][0]["validationErrors"][0];
    assert_eq!((&entry["keyword"], &entry["dataPath"]), (&json!("required"), &json!("")));
    assert_eq!(entry["params"], json!({ "missingProperty": "language" }));
    assert!(bad.get("data").is_none());
}

#[test]
fn errors_beyond_the_limit_are_counted() {
    let object: Vec<_> = (0..50).map(|_| json!({ "type": "keyword" })).collect();
    let document = json!({ "validationContracts": ["keyword"], "object": object }).to_string();
    let mut request = request();
    request.limits = Limits { errors: 10, ..Limits::default() };
    let validation = validate(document.as_bytes(), &request);
    assert_eq!((validation.errors.len(), validation.more_errors), (10, 40));
    assert!(!validation.valid);
    assert!(validation.notes.contains(&"40 more errors are not listed".to_owned()), "{:?}", validation.notes);
}

#[test]
fn a_document_beyond_the_size_limit_is_not_read() {
    let mut request = request();
    request.limits.bytes = 10;
    assert_eq!(codes(&validate(b"{\"language\": 5}", &request)), ["OUT-JSON"]);
}
