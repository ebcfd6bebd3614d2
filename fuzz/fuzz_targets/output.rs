//! Judges any bytes as engine output: nothing panics, and the quick reading never changes the answer.
#![no_main]

use assay_checks::output::{Profile, Request, validate};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Ok(now) = "2026-01-01T00:00:00Z".parse() else { return };
    let quick = validate(data, &Request::new(now));
    let mut request = Request::new(now);
    request.thorough = true;
    assert_eq!(quick, validate(data, &request));
    assert_eq!(quick.valid, quick.errors.is_empty());
    let stripped = validate(data, &request.profile(Profile::Strip));
    assert!(stripped.valid || !quick.valid, "stripping refuses nothing that was valid");
    assert_eq!(stripped.valid, stripped.processed.is_some());
});
