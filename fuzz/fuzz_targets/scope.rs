//! Scopes that a registry token is asked for with.
#![no_main]

use assay_app::account::Access;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let access = Access::read(text.lines());
    let again = access.to_string();
    // Written out it may be longer than what is read of one request.
    if again.len() <= 3072 {
        assert_eq!(Access::read([again.as_str()]), access, "what is written is read");
    }
    for (name, actions) in &access.repositories {
        assert!(text.contains(name.as_str()) && !actions.is_empty(), "nothing comes in by itself");
    }
    assert!(!access.catalog || text.contains("registry:catalog:"));
});
