//! Errors point at their place in the text.

use assay_checks::output::{Request, validate};

use crate::request;

fn places(text: &str, request: &Request) -> Vec<(String, String, u32, u32)> {
    let told = |error: &assay_checks::output::ValidationError| {
        (error.keyword.clone(), error.pointer.clone(), error.line, error.column)
    };
    validate(text.as_bytes(), request).errors.iter().map(told).collect()
}

fn place(keyword: &str, pointer: &str, line: u32, column: u32) -> (String, String, u32, u32) {
    (keyword.into(), pointer.into(), line, column)
}

const DOCUMENT: &str = r#"{
  "validationContracts": ["transcript"],
  "series": [
    { "startTimeMs": 0, "stopTimeMs": 10, "words": [{ "word": "fine" }] },
    { "startTimeMs": 10, "stopTimeMs": 20,
      "words": [{ "word": "日本語 ✓", "conf\u0069dence": 7, "extra": 1 }] },
    { "stopTimeMs": 30, "words": [{ "word": "c" }] }
  ]
}"#;

#[test]
fn an_error_points_at_the_value_the_object_or_the_key() {
    let found = places(DOCUMENT, &request());
    let expected = [
        // The key that should not be there, in characters and not bytes.
        place("additionalProperties", "/series/1/words/0", 6, 58),
        // The value that is out of range, although its key is written with an escape.
        place("maximum", "/series/1/words/0/confidence", 6, 55),
        // The object that lacks a key.
        place("required", "/series/2", 7, 5),
    ];
    assert_eq!(found, expected);
}

#[test]
fn a_document_on_one_line_has_columns_too() {
    let text = DOCUMENT.replace('\n', "");
    let found = places(&text, &request());
    let at = |what: &str| u32::try_from(text[..text.find(what).unwrap()].chars().count()).unwrap() + 1;
    assert_eq!(found[0], place("additionalProperties", "/series/1/words/0", 1, at("\"extra\"")));
    assert_eq!(found[1], place("maximum", "/series/1/words/0/confidence", 1, at("7, \"extra\"")));
}

#[test]
fn a_finding_shows_the_line_with_the_token_marked() {
    let findings = validate(DOCUMENT.as_bytes(), &request()).findings;
    let snippet = findings[0].snippet.clone().unwrap();
    let marked: String =
        snippet.text.chars().skip(snippet.start as usize).take(snippet.length as usize).collect();
    assert_eq!((snippet.line, marked.as_str()), (6, "\"extra\""));
    assert_eq!(findings[0].place.document.as_deref(), Some("output.json"));
    assert_eq!(findings[0].place.pointer.as_deref(), Some("/series/1/words/0"));
}

#[test]
fn a_very_long_line_is_cut_around_the_mark() {
    let filler = "x".repeat(5000);
    let text = format!(
        r#"{{"summary":"{filler}","validationContracts":["summary"],"language":5,"schemaId":"{filler}"}}"#
    );
    let findings = validate(text.as_bytes(), &request()).findings;
    let snippet =
        findings.iter().find(|finding| finding.code.as_str() == "OUT-SUMMARY").unwrap().snippet.clone();
    let snippet = snippet.unwrap();
    assert!(snippet.text.chars().count() <= 400);
    assert_eq!(snippet.text.chars().nth(snippet.start as usize), Some('5'));
}

#[test]
fn a_text_that_is_no_json_is_marked_where_reading_stopped() {
    let cases = [
        ("{\"a\": 1,\n \"a\": 2}", 2, 2, "twice"),
        ("{\"a\":\n  NaN}", 2, 3, "NaN"),
        ("{\"a\": \"é\u{1}\"}", 1, 9, "control character"),
        ("{\"a\": 1e999}", 1, 7, "too large"),
        ("{\"a\": 1} x", 1, 10, "after the end"),
        ("{\"a\": [1, 2", 1, 12, "ends here"),
        ("{\"a\": 01}", 1, 7, "leading zeros"),
        ("\u{feff}{}", 1, 1, "byte-order mark"),
        ("", 1, 1, "ends here"),
    ];
    for (text, line, column, words) in cases {
        let validation = validate(text.as_bytes(), &request());
        let error = &validation.errors[0];
        assert_eq!((error.line, error.column), (line, column), "{text}");
        assert!(error.message.contains(words), "{text}: {}", error.message);
        assert_eq!(validation.findings[0].code.as_str(), "OUT-JSON");
    }
    let validation = validate(b"{\"a\": \"\xff\"}", &request());
    assert_eq!((validation.errors[0].line, validation.errors[0].column), (1, 8));
}
