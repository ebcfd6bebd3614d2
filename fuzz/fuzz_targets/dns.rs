//! Name lookups of an engine.
#![no_main]

use std::net::Ipv4Addr;

use assay_sandbox::net::dns::{Query, Record};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some(query) = Query::read(bytes) else { return };
    for record in [None, Some(Record::A(Ipv4Addr::LOCALHOST)), Some(Record::Ptr(query.name.clone()))] {
        let answer = query.answer(record.as_ref(), 300);
        assert!(answer.len() < 1_200);
        assert_eq!(Query::read(&answer), None, "an answer is no query");
    }
});
