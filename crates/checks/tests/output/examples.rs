//! Documents of our own for every contract: some that hold, some that do not, each for its reason.

use serde_json::{Value, json};

use crate::{codes, errors, judged};

/// The smallest documents that hold, and a fuller one for most contracts.
pub(crate) fn sound() -> Vec<Value> {
    let slice = |extra: Value| {
        let mut slice = json!({ "startTimeMs": 0, "stopTimeMs": 1500 });
        slice.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        slice
    };
    vec![
        json!({ "validationContracts": ["anomaly"], "object": [{ "type": "anomaly", "label": "leak", "confidence": 0.9 }] }),
        json!({ "validationContracts": ["anomaly"], "series": [
            slice(json!({ "object": { "type": "anomaly", "objectCategory": [{ "class": "noise" }] } })) ] }),
        json!({ "validationContracts": ["concept"], "object": [{ "type": "concept",
            "objectCategory": [{ "class": "sport", "@id": "Q349", "confidence": 0.75 }] }] }),
        json!({ "validationContracts": ["entity"], "object": [
            { "type": "namedEntity", "label": "Rosa Parks", "page": 1, "sentence": 1 },
            { "type": "namedEntity", "entityId": "e-1", "libraryId": "l-1" } ] }),
        json!({ "validationContracts": ["keyword"], "language": "en", "object": [
            { "type": "keyword", "label": "harvest", "confidence": 1 },
            { "type": "keyword", "label": "rain", "vendor": { "rank": [1, { "of": 2 }] } } ] }),
        json!({ "validationContracts": ["language"], "language": "pt-BR" }),
        json!({ "validationContracts": ["media-translated"], "media": [
            { "assetId": "a1", "language": "fr", "contentType": "text/plain" } ] }),
        json!({ "validationContracts": ["object"], "series": [ slice(json!({ "object": { "type": "object",
            "label": "dog", "boundingPoly": [{ "x": 0, "y": 0 }, { "x": 0.5, "y": 0 }, { "x": 0.5, "y": 0.5 }] } })) ],
            "object": [{ "type": "object", "label": "cat" }] }),
        json!({ "validationContracts": ["sentiment"], "sentiment": { "positiveValue": 0.7, "positiveConfidence": 0.5 } }),
        json!({ "validationContracts": ["sentiment"], "emotions": [{ "emotion": "joy", "emotionValue": 0.5 }] }),
        json!({ "validationContracts": ["sentiment"], "object": [
            { "type": "text", "text": "Well.", "sentence": 1, "sentiment": { "negativeValue": 0.1 } },
            { "type": "text", "text": "Yes!", "sentence": 2, "emotions": [{ "emotion": "joy" }] } ] }),
        json!({ "validationContracts": ["sentiment"], "sentiment": { "negativeValue": 0.2 }, "object": [
            { "type": "text", "text": "no feeling of its own" } ] }),
        json!({ "validationContracts": ["summary"], "summary": "Rain, then harvest." }),
        json!({ "validationContracts": ["text"], "object": [{ "type": "text", "text": "EXIT", "page": 1 }],
            "series": [ slice(json!({ "object": { "type": "text", "text": "EXIT \"B\"" } })) ] }),
        json!({ "validationContracts": ["transcript"], "series": [
            slice(json!({ "words": [{ "word": "good" }], "speakerId": "channel0", "language": "en" })),
            { "startTimeMs": 1500, "stopTimeMs": 2000, "words": [
                { "word": "day", "confidence": 0.9, "utteranceLength": 1, "bestPath": true },
                { "word": "bay", "confidence": 0.1, "utteranceLength": 1 } ] },
            { "startTimeMs": 2000, "stopTimeMs": 2100, "words": [{ "word": "!silence" }],
                "sentiment": { "negativeValue": 0.2 }, "tags": [{ "key": "silence" }] } ] }),
        json!({ "validationContracts": ["transcript", "summary"], "summary": "Nothing.", "series": [] }),
        json!({ "validationContracts": ["face"], "object": [{ "type": "face", "boundingPoly": [{ "x": 0.1, "y": 0.1 }],
            "faceLandmarks": [{ "type": "mouth", "locationPoly": [{ "x": 0.5, "y": 0.5 }] }], "age": { "min": 30, "max": 40 } }] }),
        json!({ "validationContracts": ["1c8f9b3a-0000-4000-8000-000000000000"], "object": [{ "type": "object",
            "structuredData": { "1c8f9b3a-0000-4000-8000-000000000000": { "any": "thing" } } }] }),
        json!({ "validationContracts": ["object"], "schemaId": "https://docs.veritone.com/schemas/vtn-standard/object.json",
            "sourceEngineId": "e", "sourceEngineName": "n", "taskId": "t", "taskPayload": { "a": 1 },
            "generatedDateUTC": "2025-12-31T23:59:59.5Z", "externalSourceId": "x", "language": "en",
            "tags": [{ "key": "gender", "value": "female", "score": 1 }], "collateIndex": -1, "summary": "s",
            "gps": [{ "latitude": 1, "longitude": 2, "precision": 5, "direction": 0, "velocity": 1.5, "altitude": -3 }],
            "vendor": { "free": [null] }, "object": [{ "type": "object", "label": "l", "uri": "u", "mode": "enroll",
                "region": "left", "transcription": { "confidence": 1 }, "lipMovement": {}, "lipVoiceCorrelation": {},
                "entityIdentifierId": "i", "collateIndex": 2, "gps": [], "emotions": [] }] }),
    ]
}

#[test]
fn sound_documents_hold() {
    for document in sound() {
        let validation = judged(&document);
        assert_eq!(errors(&validation), [], "{document}");
        assert!(validation.valid);
    }
}

/// Contract, document without its `validationContracts`, expected errors.
type Refused = (&'static str, Value, &'static [(&'static str, &'static str)]);

fn refused() -> Vec<Refused> {
    let slice = |object: Value| json!([{ "startTimeMs": 0, "stopTimeMs": 1, "object": object }]);
    vec![
        ("anomaly", json!({}), &[("anyOf", ""), ("required", ""), ("required", "")]),
        ("anomaly", json!({ "object": [{ "type": "object" }] }), &[("const", ".object[0].type")]),
        (
            "anomaly",
            json!({ "series": slice(json!({ "type": "anomaly", "page": 1 })) }),
            &[("false schema", ".series[0].object.page")],
        ),
        ("concept", json!({ "object": [{ "type": "concept" }] }), &[("required", ".object[0]")]),
        (
            "concept",
            json!({ "object": [{ "type": "concept", "objectCategory": [] }] }),
            &[("minItems", ".object[0].objectCategory")],
        ),
        (
            "entity",
            json!({ "object": [{ "type": "namedEntity" }] }),
            &[("anyOf", ".object[0]"), ("required", ".object[0]"), ("required", ".object[0]")],
        ),
        ("keyword", json!({ "object": [{ "label": "a" }] }), &[("required", ".object[0]")]),
        ("keyword", json!({ "object": [{ "type": "keyword" }] }), &[("required", ".object[0]")]),
        (
            "keyword",
            json!({ "object": [{ "type": "keyword", "label": "a", "tags": [] }] }),
            &[("additionalProperties", ".object[0]")],
        ),
        ("language", json!({}), &[("required", "")]),
        ("language", json!({ "language": ["en"] }), &[("type", ".language")]),
        ("media-translated", json!({ "media": [{ "assetId": "a" }] }), &[("required", ".media[0]")]),
        (
            "object",
            json!({ "object": [{ "type": "object", "page": 1 }] }),
            &[("false schema", ".object[0].page")],
        ),
        ("object", json!({ "object": { "type": "object" } }), &[("type", ".object")]),
        (
            "object",
            json!({ "series": [{ "startTimeMs": 0, "stopTimeMs": 1 }] }),
            &[("required", ".series[0]")],
        ),
        (
            "object",
            json!({ "object": [{ "type": "object", "boundingPoly": [{ "x": 0, "y": 0 }, { "x": 1, "y": 1 }] }] }),
            &[
                ("maxItems", ".object[0].boundingPoly"),
                ("minItems", ".object[0].boundingPoly"),
                ("oneOf", ".object[0].boundingPoly"),
            ],
        ),
        (
            "sentiment",
            json!({ "object": [{ "type": "text" }] }),
            &[
                ("anyOf", ""),
                ("required", ""),
                ("required", ""),
                ("anyOf", ".object[0]"),
                ("required", ".object[0]"),
                ("required", ".object[0]"),
            ],
        ),
        (
            "sentiment",
            json!({ "sentiment": { "positiveConfidence": 1, "negativeValue": 0 } }),
            &[("required", ".sentiment")],
        ),
        ("summary", json!({ "summary": null }), &[("type", ".summary")]),
        ("text", json!({ "object": [{ "type": "text" }] }), &[("required", ".object[0]")]),
        (
            "text",
            json!({ "series": slice(json!({ "type": "text", "text": "a", "sentence": 1 })) }),
            &[("false schema", ".series[0].object.sentence")],
        ),
        (
            "transcript",
            json!({ "series": [{ "startTimeMs": 0, "stopTimeMs": 1 }] }),
            &[("required", ".series[0]")],
        ),
        (
            "transcript",
            json!({ "series": [{ "startTimeMs": -1, "stopTimeMs": 1.5, "words": [] }] }),
            &[
                ("minimum", ".series[0].startTimeMs"),
                ("type", ".series[0].stopTimeMs"),
                ("minItems", ".series[0].words"),
            ],
        ),
        (
            "transcript",
            json!({ "series": [{ "startTimeMs": 0, "stopTimeMs": 1, "words": [
            { "word": "a", "confidence": 1, "utteranceLength": 1, "bestPath": true },
            { "word": "b", "confidence": 1, "utteranceLength": 1, "bestPath": true }] }] }),
            &[("if", ".series[0].words"), ("requireBestPath", ".series[0].words")],
        ),
        (
            "transcript",
            json!({ "series": [], "tags": [{ "key": "a", "value": true }] }),
            &[("type", ".tags[0].value")],
        ),
    ]
}

#[test]
fn broken_documents_are_refused_for_their_reason() {
    for (contract, mut document, expected) in refused() {
        document["validationContracts"] = json!([contract]);
        assert_eq!(errors(&judged(&document)), expected, "{contract}: {document}");
    }
}

#[test]
fn a_violation_is_reported_under_its_contract() {
    for (contract, mut document, _) in refused() {
        document["validationContracts"] = json!([contract]);
        let code = format!("OUT-{}", contract.to_uppercase());
        let validation = judged(&document);
        let known = codes(&validation).contains(&code.as_str());
        // What the contract does not speak of falls to the whole format.
        assert!(known || codes(&validation).contains(&"OUT-AION"), "{contract}: {:?}", codes(&validation));
    }
}

#[test]
fn several_contracts_must_all_hold() {
    let document = json!({ "validationContracts": ["keyword", "summary"], "object": [{ "type": "text" }] });
    let validation = judged(&document);
    assert_eq!(validation.contracts_used, ["keyword", "summary"]);
    assert_eq!(codes(&validation), ["OUT-KEYWORD", "OUT-O1", "OUT-SUMMARY"]);
}
