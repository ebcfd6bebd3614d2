//! Nothing a text can hold makes us panic, recurse without bound or take for ever.

use assay_checks::output::{Profile, validate};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::{codes, request};

fn survives(bytes: &[u8]) {
    let quick = validate(bytes, &request());
    assert_eq!(quick.valid, quick.errors.is_empty());
    let mut thorough = request();
    thorough.thorough = true;
    assert_eq!(quick, validate(bytes, &thorough));
    validate(bytes, &request().profile(Profile::Strip).contracts(["aion", "transcript", "sentiment"]));
}

/// Values built from the format's own words, so that they come far.
fn value() -> impl Strategy<Value = Value> {
    let words = [
        "series",
        "object",
        "words",
        "word",
        "type",
        "text",
        "startTimeMs",
        "stopTimeMs",
        "boundingPoly",
        "x",
        "y",
        "confidence",
        "sentiment",
        "validationContracts",
        "transcript",
        "bestPath",
        "utteranceLength",
        "vendor",
        "é\n\"",
    ];
    let word = prop::sample::select(words.to_vec());
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        (0..3_i64).prop_map(Value::from),
        word.clone().prop_map(Value::from),
        ".*".prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 60, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(word.clone().prop_map(str::to_owned), inner, 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        survives(&bytes);
    }

    #[test]
    fn any_punctuation_is_survived(text in r#"[\[\]{}",:0-9eE+\-.\\u tfn]{0,80}"#) {
        survives(text.as_bytes());
    }

    #[test]
    fn any_document_is_survived(value in value(), cut in 0..4000_usize) {
        let text = value.to_string();
        survives(text.as_bytes());
        survives(&text.as_bytes()[..cut.min(text.len())]);
        survives(json!({ "validationContracts": ["transcript"], "series": [value] }).to_string().as_bytes());
    }

    /// What a general writer writes we read back, to the last bit.
    #[test]
    fn json_is_read_back_as_written(value in value()) {
        let document = json!({ "validationContracts": ["language"], "language": "en", "vendor": { "v": value } });
        let text = document.to_string();
        prop_assert!(validate(text.as_bytes(), &request()).valid);
        let processed = validate(text.as_bytes(), &request().profile(Profile::Strip)).processed;
        prop_assert_eq!(processed, Some(document));
    }
}

#[test]
fn nesting_is_bounded() {
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        let nested = |depth: usize| format!("{{\"vendor\":{}1{}}}", open.repeat(depth), close.repeat(depth));
        assert!(!codes(&validate(nested(63).as_bytes(), &request())).contains(&"OUT-JSON"));
        assert_eq!(codes(&validate(nested(64).as_bytes(), &request())), ["OUT-JSON"]);
        survives(nested(100_000).as_bytes());
        survives(format!("{{\"series\":[{}", open.repeat(1_000_000)).as_bytes());
    }
}

#[test]
fn many_equal_edges_and_many_errors_take_linear_time() {
    let edges = vec![json!({ "word": "a", "confidence": 2 }); 20_000];
    let series = json!([{ "startTimeMs": 0, "stopTimeMs": 1, "words": edges }]);
    survives(json!({ "validationContracts": ["transcript"], "series": series }).to_string().as_bytes());
    let keys: String = (0..20_000).map(|number| format!("\"k{number}\":1,")).collect();
    survives(format!("{{\"object\":[{{{keys}\"type\":5}}]}}").as_bytes());
    survives(format!("{{{keys}\"type\":5}}").as_bytes());
}

#[test]
fn a_key_twice_is_found_wherever_it_stands() {
    let texts = [
        r#"{"language":"en","language":"en"}"#,
        r#"{"series":[{"startTimeMs":0,"startTimeMs":0,"stopTimeMs":1}]}"#,
        r#"{"series":[{"startTimeMs":0,"stopTimeMs":1,"words":[{"word":"a","word":"a"}]}]}"#,
        r#"{"object":[{"type":"object","label":"a","l\u0061bel":"a"}]}"#,
        r#"{"object":[{"type":"object","vendor":{"a":{"b":1,"b":1}}}]}"#,
        r#"{"vendor":{"a":[{"b":1,"c":2,"b":1}]}}"#,
        r#"{"unknown":{"b":1,"b":1}}"#,
        r#"{"object":[{"type":"object","structuredData":{"1c8f9b3a-0000-4000-8000-000000000000":1,"1c8f9b3a-0000-4000-8000-000000000000":1}}]}"#,
    ];
    for text in texts {
        assert_eq!(codes(&validate(text.as_bytes(), &request())), ["OUT-JSON"], "{text}");
    }
}
