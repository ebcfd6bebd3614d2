//! Any bytes at all: no panic, no place outside the document, no report without bounds.

use super::*;
use proptest::prelude::*;

/// Lines of a text as an editor counts them, in characters, without a byte-order mark.
fn lines(raw: &[u8]) -> Vec<usize> {
    let text = String::from_utf8_lossy(raw).into_owned();
    text.trim_start_matches('\u{FEFF}').split('\n').map(|line| line.chars().count()).collect()
}

fn check(raw: &[u8]) -> ManifestReading {
    let mut reading = ManifestReading::default();
    let lines = lines(raw);
    for profile in [profile(), external(), adapter()] {
        reading = read(raw, &profile, "m.json");
        for finding in &reading.findings {
            let (line, column) =
                (finding.place.line.unwrap() as usize, finding.place.column.unwrap() as usize);
            assert!(line >= 1 && column >= 1);
            let length = lines.get(line - 1).unwrap_or_else(|| panic!("line {line} of {}", lines.len()));
            assert!(column <= length + 1, "column {column} of {length}: {finding:?}");
            let snippet = finding.snippet.as_ref().unwrap();
            assert!(snippet.length >= 1 && snippet.text.chars().count() <= 400);
            assert!(snippet.start as usize <= snippet.text.chars().count());
        }
        assert_eq!(reading.raw.is_some(), reading.effective.is_some());
        let readable = reading
            .findings
            .iter()
            .all(|finding| finding.code.as_str() != "MAN-002" || finding.severity != Severity::Error);
        assert!(!readable || reading.raw.is_some());
    }
    reading
}

/// Pieces of manifests in wrong places.
fn jumble() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\"",
        "\\",
        "\n",
        "\r\n",
        "\t",
        " ",
        "//",
        "/*",
        "'",
        "null",
        "true",
        "NaN",
        "-",
        "0",
        "1e5",
        "1e999",
        "ä",
        "😀",
        "\u{2028}",
        "\u{FEFF}",
        "\u{0}",
        "\\u00e4",
        "\\ud800",
        "\"engineId\"",
        "\"category\"",
        "\"clusterSize\"",
        "\"supportedInputFormats\"",
        "\"engineMode\":\"segment\"",
        "\"text/plain\"",
        "\"small\"",
        "{\"a\":1}",
        "[[]]",
        "\"\":0",
    ]);
    prop::collection::vec(pieces, 0..60).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes(raw in prop::collection::vec(any::<u8>(), 0..400)) {
        check(&raw);
    }

    #[test]
    fn any_jumble(text in jumble()) {
        check(text.as_bytes());
    }

    #[test]
    fn a_good_manifest_with_some_bytes_changed(changes in prop::collection::vec((0..GOOD.len(), any::<u8>()), 1..6)) {
        let mut raw = GOOD.as_bytes().to_vec();
        for (at, byte) in changes {
            raw[at] = byte;
        }
        check(&raw);
    }

    #[test]
    fn what_is_read_is_what_the_reference_parser_reads(text in jumble()) {
        let ours = check(text.as_bytes()).raw;
        let theirs = serde_json::from_str::<serde_json::Value>(&text).ok().filter(|value| value.is_object());
        if let Some(ours) = ours {
            let text = text.trim_start_matches('\u{FEFF}');
            prop_assert_eq!(Some(ours), serde_json::from_str(text).ok());
        } else if let Some(theirs) = theirs {
            prop_assert!(false, "refused {}", theirs);
        }
    }
}

#[test]
fn deep_nesting_is_told_and_not_followed() {
    for (open, depth) in [("[", 64), ("[", 600), ("{\"a\":", 600), ("[", 500_000)] {
        let reading = check(format!("{{\"x\": {}", open.repeat(depth)).as_bytes());
        assert!(reading.raw.is_none());
    }
    let nested = |depth: usize| format!("{{\"x\": {}{}}}", "[".repeat(depth), "]".repeat(depth));
    assert!(check(nested(63).as_bytes()).raw.is_some());
    let too_deep = check(nested(64).as_bytes());
    assert!(too_deep.raw.is_none() && too_deep.findings[0].observed.contains("64 levels"));
}

#[test]
fn much_trouble_makes_a_bounded_report() {
    let keys: String = (0..900).map(|number| format!("\"k{number}\":0,")).collect();
    let many_keys = check(format!("{{{keys}\"x\":0}}").as_bytes());
    assert!(many_keys.findings.len() <= 320);
    assert!(many_keys.findings.iter().any(|finding| finding.observed.contains("further findings")));
    let doubled = check(format!("{{{}\"x\":0}}", "\"x\":0,".repeat(900)).as_bytes());
    assert!(doubled.findings.len() <= 320);
    let formats = format!("{{\"supportedInputFormats\":[{}\"\"]}}", "\"x\",".repeat(900));
    assert!(check(formats.as_bytes()).findings.len() <= 320);
}

#[test]
fn what_no_manifest_needs_is_refused_early() {
    for document in [
        format!("{{{}\"x\":0}}", "\"x\":0,".repeat(100_000)),
        format!("{{\"supportedInputFormats\":[{}\"\"]}}", "\"x\",".repeat(200_000)),
    ] {
        let reading = check(document.as_bytes());
        assert!(reading.raw.is_none() && reading.findings.len() == 1, "{}", reading.findings.len());
    }
}
