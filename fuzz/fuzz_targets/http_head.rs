//! The first bytes of a connection, seen as HTTP.
#![no_main]

use assay_sandbox::net::head::{Reading, read};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let whole = read(bytes);
    let (half, _) = bytes.split_at(bytes.len() / 2);
    let early = read(half);
    assert!(early == Reading::Unfinished || early == whole, "more bytes never change a verdict");
    if let Reading::Complete(head) = whole {
        assert!(head.length <= bytes.len());
    }
});
