//! Imports any bytes as an advisory document. What is compiled must open and be found; any bytes behind it must not.
#![no_main]

use assay_checks::security::Database;
use assay_checks::security::import::{Options, compile_documents};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Ok(now) = "2026-01-01T00:00:00Z".parse() else { return };
    assert!(Database::from_bytes(data.to_vec()).is_err() || data.starts_with(b"ASSAYVDB"));
    let Ok(database) = compile_documents(&[("fuzz", data)], Options::at(now)) else { return };
    let again = compile_documents(&[("fuzz", data)], Options::at(now));
    assert!(again.is_ok_and(|again| again.digest() == database.digest()));
    for (ecosystem, coverage) in database.ecosystems() {
        assert!(coverage.as_of.is_none_or(|time| time.as_second() <= now.as_second() + 86_400));
        for entry in database.entries(ecosystem, "openssl") {
            assert!(entry.spans().count() + entry.versions().count() > 0);
            assert!(!entry.advisory().id().is_empty());
        }
    }
});
