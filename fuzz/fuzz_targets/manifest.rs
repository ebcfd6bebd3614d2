//! Reads any bytes as an engine's manifest: every finding has a place inside the document, and what is read is what the
//! reference parser reads.
#![no_main]

use assay_checks::manifest::{MAX_BYTES, read};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let reading = read(data, &Default::default(), "manifest.json");
    assert_eq!(reading.raw.is_some(), reading.effective.is_some());
    assert!(reading.findings.len() <= 330, "a report has bounds");
    let text = String::from_utf8_lossy(data);
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(&text);
    let lines: Vec<usize> = text.split('\n').map(|line| line.chars().count()).collect();
    if data.len() as u64 <= MAX_BYTES {
        for finding in &reading.findings {
            let (line, column) = (finding.place.line.unwrap() as usize, finding.place.column.unwrap() as usize);
            assert!(column >= 1 && column <= lines[line - 1] + 1, "{finding:?}");
        }
    }
    if let Some(raw) = reading.raw {
        assert_eq!(Some(raw), serde_json::from_str(text).ok());
    }
});
