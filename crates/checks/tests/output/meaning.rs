//! Each semantic check: a document it speaks of and one it is silent about.

use assay_checks::output::{Request, Validation, validate};
use assay_core::Severity;
use serde_json::{Value, json};

use crate::request;

/// Severities of the findings under a code.
fn under(validation: &Validation, code: &str) -> Vec<Severity> {
    validation.findings.iter().filter(|f| f.code.as_str() == code).map(|f| f.severity).collect()
}

fn judge(document: &Value, request: &Request) -> Validation {
    let mut document = document.clone();
    if document.get("validationContracts").is_none() {
        document["validationContracts"] = json!(["1c8f9b3a-0000-4000-8000-000000000000"]);
    }
    validate(document.to_string().as_bytes(), request)
}

/// The code is found in the first document, once and with this weight, and not in the second.
#[track_caller]
fn tells(code: &str, severity: Severity, wrong: Value, right: Value) {
    tells_with(&request(), code, severity, wrong, right);
}

#[track_caller]
fn tells_with(request: &Request, code: &str, severity: Severity, wrong: Value, right: Value) {
    let found = judge(&wrong, request);
    assert_eq!(under(&found, code), [severity], "{:#?}", found.findings);
    if severity == Severity::Error {
        assert!(!found.valid);
    }
    let found = judge(&right, request);
    assert_eq!(under(&found, code), [], "{:#?}", found.findings);
}

fn series(times: &[(i64, i64)]) -> Value {
    let slice = |(start, stop): &(i64, i64)| json!({ "startTimeMs": start, "stopTimeMs": stop, "words": [{ "word": "a" }] });
    json!({ "series": times.iter().map(slice).collect::<Vec<_>>() })
}

fn object(extra: Value) -> Value {
    let mut object = json!({ "type": "object", "label": "a" });
    object.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
    json!({ "object": [object] })
}

fn polygon(points: &[(f64, f64)]) -> Value {
    let points: Vec<_> = points.iter().map(|(x, y)| json!({ "x": x, "y": y })).collect();
    object(json!({ "boundingPoly": points }))
}

fn lattice(confidences: [f64; 2]) -> Value {
    let [a, b] = confidences;
    json!({ "series": [{ "startTimeMs": 0, "stopTimeMs": 1, "words": [
        { "word": "a", "confidence": a, "utteranceLength": 1, "bestPath": true },
        { "word": "b", "confidence": b, "utteranceLength": 1 } ] }] })
}

#[test]
fn times() {
    tells("OUT-T1", Severity::Error, series(&[(10, 5)]), series(&[(5, 10)]));
    tells("OUT-T1", Severity::Info, series(&[(5, 5), (6, 6)]), series(&[(5, 6)]));
    tells("OUT-T2", Severity::Warning, series(&[(10, 20), (0, 5)]), series(&[(0, 5), (0, 5), (10, 20)]));
    tells("OUT-T4", Severity::Info, series(&[(0, 20), (10, 30)]), series(&[(0, 20), (20, 30)]));
    let mut minute = request();
    minute.media_duration_ms = Some(60_000);
    tells_with(&minute, "OUT-T3", Severity::Warning, series(&[(0, 61_001)]), series(&[(0, 61_000)]));
    tells_with(
        &minute,
        "OUT-T5",
        Severity::Warning,
        series(&[(0, 30), (30, 59)]),
        series(&[(0, 30), (30, 60_000)]),
    );
}

#[test]
fn speakers_may_talk_at_the_same_time() {
    let mut two = series(&[(0, 20), (10, 30)]);
    two["series"][0]["speakerId"] = json!("channel0");
    two["series"][1]["speakerId"] = json!("channel1");
    assert_eq!(under(&judge(&two, &request()), "OUT-T4"), []);
}

#[test]
fn scores_languages_and_media_types() {
    tells(
        "OUT-C1",
        Severity::Info,
        object(json!({ "confidence": 97.7 })),
        object(json!({ "confidence": 101 })),
    );
    tells("OUT-B1", Severity::Warning, json!({ "language": "english" }), json!({ "language": "en-US" }));
    tells(
        "OUT-B1",
        Severity::Warning,
        object(json!({ "language": "en_US" })),
        object(json!({ "language": "sr-Latn" })),
    );
    let media = |kind: &str| json!({ "media": [{ "assetId": "a", "contentType": kind }] });
    tells("OUT-B2", Severity::Warning, media("text"), media("text/plain; charset=utf-8"));
}

#[test]
fn objects() {
    let bare = json!({ "object": [{ "type": "object" }] });
    tells("OUT-O1", Severity::Warning, bare, object(json!({})));
    let both = object(json!({ "entityId": "e", "libraryId": "l" }));
    tells("OUT-O2", Severity::Warning, object(json!({ "entityId": "e" })), both.clone());
    tells("OUT-O2", Severity::Warning, object(json!({ "libraryId": "l" })), both);
    let face = |extra: Value| {
        let mut face = object(extra);
        face["object"][0]["type"] = json!("face");
        face
    };
    tells(
        "OUT-O4",
        Severity::Info,
        face(json!({})),
        face(json!({ "boundingPoly": [{ "x": 0.5, "y": 0.5 }] })),
    );
    tells(
        "OUT-A1",
        Severity::Warning,
        object(json!({ "age": { "min": 9, "max": 3 } })),
        object(json!({ "age": { "min": 3, "max": 9 } })),
    );
    tells(
        "OUT-A1",
        Severity::Warning,
        object(json!({ "age": { "min": -1 } })),
        object(json!({ "age": { "max": 1 } })),
    );
    let numbered = |a: i64, b: i64| {
        json!({ "object": [
        { "type": "object", "label": "a", "collateIndex": a }, { "type": "object", "label": "b", "collateIndex": b } ] })
    };
    tells("OUT-X2", Severity::Info, numbered(1, 1), numbered(1, 2));
}

#[test]
fn a_recogniser_names_every_entity() {
    let mut recogniser = request();
    recogniser.category = Some("facial detection".parse().unwrap());
    let two = |second: Value| {
        json!({ "object": [
        { "type": "face", "entityId": "e", "libraryId": "l" }, second ] })
    };
    tells_with(
        &recogniser,
        "OUT-O3",
        Severity::Warning,
        two(json!({ "type": "face", "label": "?" })),
        two(json!({ "type": "face", "entityId": "f", "libraryId": "l" })),
    );
}

#[test]
fn polygons() {
    let square = [(0.1, 0.1), (0.9, 0.1), (0.9, 0.9), (0.1, 0.9)];
    let bow = [(0.1, 0.1), (0.9, 0.9), (0.9, 0.1), (0.1, 0.9)];
    let closed = [(0.1, 0.1), (0.9, 0.1), (0.9, 0.9), (0.1, 0.1)];
    let flat = [(0.1, 0.1), (0.5, 0.5), (0.9, 0.9)];
    for wrong in [&bow[..], &closed[..], &flat[..]] {
        tells("OUT-P1", Severity::Warning, polygon(wrong), polygon(&square));
    }
    let mut hole = square;
    hole.reverse();
    tells("OUT-P2", Severity::Info, polygon(&hole), polygon(&square));
    let mut ring_and_hole = polygon(&hole);
    ring_and_hole["object"].as_array_mut().unwrap().push(polygon(&square)["object"][0].clone());
    assert_eq!(under(&judge(&ring_and_hole, &request()), "OUT-P2"), []);
    tells(
        "OUT-P3",
        Severity::Info,
        polygon(&[(10.0, 10.0), (640.0, 10.0), (640.0, 480.0)]),
        polygon(&square),
    );
}

#[test]
fn text_order() {
    let pages = |pages: &[Value]| {
        let text = |index: &Value| {
            let mut text = json!({ "type": "text", "text": "a" });
            text.as_object_mut().unwrap().extend(index.as_object().unwrap().clone());
            text
        };
        json!({ "object": pages.iter().map(text).collect::<Vec<_>>() })
    };
    let one = json!({ "page": 1, "sentence": 1 });
    let right =
        pages(&[one.clone(), json!({ "page": 1, "sentence": 2 }), json!({ "page": 2, "sentence": 1 })]);
    tells(
        "OUT-D1",
        Severity::Info,
        pages(&[one.clone(), json!({ "page": 3, "sentence": 1 })]),
        right.clone(),
    );
    tells(
        "OUT-D1",
        Severity::Info,
        pages(&[one.clone(), json!({ "page": 2, "sentence": 2 })]),
        right.clone(),
    );
    tells("OUT-D1", Severity::Info, pages(&[json!({ "page": 2 })]), pages(&[json!({ "page": 1 })]));
    tells("OUT-D2", Severity::Warning, pages(&[json!({}), json!({})]), right);
    assert_eq!(under(&judge(&pages(&[json!({})]), &request()), "OUT-D2"), []);
}

#[test]
fn empty_parts() {
    tells("OUT-E1", Severity::Warning, json!({ "series": [] }), series(&[(0, 1)]));
    tells("OUT-E1", Severity::Warning, json!({ "summary": "" }), json!({ "summary": "a" }));
    tells("OUT-E1", Severity::Warning, json!({ "language": "" }), json!({ "language": "en" }));
    tells("OUT-E1", Severity::Warning, object(json!({ "label": "" })), object(json!({})));
    let word = |word: &str| json!({ "series": [{ "startTimeMs": 0, "stopTimeMs": 1, "words": [{ "word": word }] }] });
    tells("OUT-E1", Severity::Warning, word(""), word("a"));
}

#[test]
fn lattices() {
    tells("OUT-L1", Severity::Info, lattice([0.4, 0.6]), lattice([0.6, 0.4]));
    let spanning = |slots: u32, length: usize| {
        let mut document = series(&vec![(0, 0); length]);
        document["series"][0]["words"][0]["utteranceLength"] = json!(slots);
        document
    };
    tells("OUT-L2", Severity::Warning, spanning(4, 3), spanning(3, 3));
}

#[test]
fn contracts() {
    let listed = |names: Value| json!({ "validationContracts": names, "summary": "s", "language": "en" });
    tells(
        "OUT-K2",
        Severity::Warning,
        listed(json!(["summary", "summary"])),
        listed(json!(["summary", "language"])),
    );
    tells("OUT-K2", Severity::Warning, listed(json!(["speaker"])), listed(json!(["summary"])));
    let unknown = judge(&listed(json!(["summary", "sumary"])), &request());
    assert!(under(&unknown, "OUT-K2").iter().all(|severity| *severity == Severity::Error) && !unknown.valid);
    let mut summariser = request();
    summariser.category = Some("summarization".parse().unwrap());
    tells_with(
        &summariser,
        "OUT-K1",
        Severity::Error,
        listed(json!(["language"])),
        listed(json!(["summary"])),
    );
    let id = json!(["1c8f9b3a-0000-4000-8000-000000000000"]);
    tells("OUT-S1", Severity::Warning, listed(id), listed(json!(["summary"])));
    let mut keyed =
        object(json!({ "structuredData": { "1c8f9b3a-0000-4000-8000-000000000000": { "a": 1 } } }));
    keyed["validationContracts"] = json!(["object"]);
    let mut plain = object(json!({}));
    plain["validationContracts"] = json!(["object"]);
    tells("OUT-S1", Severity::Warning, keyed, plain);
}

#[test]
fn provenance() {
    let dated = |date: &str| json!({ "generatedDateUTC": date });
    tells("OUT-G1", Severity::Warning, dated("1999-12-31T23:59:59Z"), dated("2025-12-31T12:00:00+02:00"));
    tells("OUT-G1", Severity::Warning, dated("2026-01-02T00:00:01Z"), dated("2026-01-02T00:00:00Z"));
    tells("OUT-G1", Severity::Warning, dated("2025-01-01 00:00:00Z"), dated("2025-01-01T00:00:00Z"));
    let at = |longitude: f64| json!({ "gps": [{ "latitude": 0, "longitude": longitude }] });
    tells("OUT-G2", Severity::Info, at(200.0), at(180.0));
    let schema = |id: &str| json!({ "schemaId": id });
    tells(
        "OUT-S2",
        Severity::Info,
        schema("https://example.org/x"),
        schema("https://docs.veritone.com/schemas/vtn-standard/aion.json"),
    );
    tells("OUT-X1", Severity::Warning, json!({ "Series": [] }), json!({ "vendor": {} }));
    let padded = |length: usize| json!({ "summary": "s".repeat(length) });
    tells("OUT-Z1", Severity::Warning, padded(1_000_001), padded(10));
}

#[test]
fn a_rule_broken_often_is_told_a_few_times() {
    let times: Vec<_> = (0..100).map(|number| (1000 - number, 2000)).collect();
    let validation = judge(&series(&times), &request());
    assert_eq!(under(&validation, "OUT-T2").len(), 20);
    assert!(
        validation.notes.contains(&"79 more warnings under OUT-T2 are not listed".to_owned()),
        "{:?}",
        validation.notes
    );
}
