//! Bytes, excerpts and edits.

use super::*;

fn findings(raw: &[u8]) -> Vec<(u32, u32, String)> {
    let reading = read(raw, &profile(), "m.json");
    let findings = reading.findings.into_iter();
    findings
        .map(|finding| (finding.place.line.unwrap(), finding.place.column.unwrap(), finding.observed))
        .collect()
}

#[test]
fn bytes_that_are_no_text_are_named() {
    let mut raw = GOOD.as_bytes().to_vec();
    raw[18] = 0xFF;
    assert_eq!(findings(&raw), [(2, 17, "the byte 0xff is not UTF-8".to_owned())]);
    raw[18] = 0;
    assert_eq!(findings(&raw), [(2, 17, "the manifest holds a NUL character".to_owned())]);
}

#[test]
fn a_byte_order_mark_is_an_error_and_the_rest_is_still_read() {
    let document = format!("\u{FEFF}{}", with("clusterSize", "  \"clusterSize\": \"tiny\","));
    let reading = reading(&document, &profile());
    let codes: Vec<_> = told(&reading).into_iter().map(|told| (told.0, told.3, told.4)).collect();
    assert_eq!(codes, [("MAN-002".into(), 1, 1), ("MAN-012".into(), 6, 18)]);
    assert!(reading.raw.is_some());
}

#[test]
fn both_places_of_a_doubled_key_are_shown_and_the_last_counts() {
    let reading = reading(&adding("\"clusterSize\": \"large\""), &profile());
    let finding = &reading.findings[0];
    assert!(finding.observed.contains("3:3"), "{}", finding.observed);
    assert_eq!((finding.place.line, finding.place.column), (Some(7), Some(3)));
    assert_eq!(reading.raw.unwrap()["clusterSize"], "small");
}

#[test]
fn the_snippet_marks_what_the_patch_mends() {
    let reading = reading(&with("category", "\t\"category\": \"transcripton\","), &profile());
    let finding = &reading.findings[0];
    let (snippet, patch) = (finding.snippet.as_ref().unwrap(), finding.patch.as_ref().unwrap());
    assert_eq!((snippet.line, snippet.text.as_str()), (3, " \"category\": \"transcripton\","));
    let marked: String =
        snippet.text.chars().skip(snippet.start as usize).take(snippet.length as usize).collect();
    assert_eq!(marked, "\"transcripton\"");
    assert_eq!(patch.replacement, "\"transcription\"");
    assert!(patch.reason.contains("`transcription`"));
}

#[test]
fn a_misspelt_key_gets_an_edit_unless_the_right_one_is_there_too() {
    let misspelt = reading(&with("initialConcurrency", "  \"intialConcurrency\": 10,"), &profile());
    assert_eq!(misspelt.findings[0].patch.as_ref().unwrap().replacement, "\"initialConcurrency\"");
    let both = reading(&adding("\"intialConcurrency\": 10"), &profile());
    assert!(both.findings[0].patch.is_none());
}

#[test]
fn long_lines_are_cut_and_columns_count_characters() {
    let document = adding(&format!("\"releaseNotes\": \"{}\", \"gpuSupported\": \"G9\"", "ä".repeat(5000)));
    let reading = reading(&document, &profile());
    let finding = &reading.findings[0];
    assert_eq!((finding.place.line, finding.place.column), (Some(3), Some(5039)));
    let snippet = finding.snippet.as_ref().unwrap();
    assert!(snippet.text.chars().count() <= 400);
    let marked: String =
        snippet.text.chars().skip(snippet.start as usize).take(snippet.length as usize).collect();
    assert_eq!(marked, "\"G9\"");
}

#[test]
fn common_slips_come_with_their_mending() {
    for (document, fix) in [
        ("{\"a\": 1,}", "remove the comma"),
        ("{\"a\": 1 \"b\": 2}", "put a comma here"),
        ("{/* no */}", "remove the comment"),
        ("{a: 1}", "double quotes"),
        ("{\"a\": 1", "close the object"),
        ("{} {}", "keep one object"),
    ] {
        let reading = reading(document, &profile());
        assert!(reading.findings[0].fix.contains(fix), "{document}: {}", reading.findings[0].fix);
    }
}
