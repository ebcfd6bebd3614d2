//! The first bytes of a connection, seen as TLS.
#![no_main]

use assay_sandbox::net::hello::{Hello, read};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let whole = read(bytes);
    let (half, _) = bytes.split_at(bytes.len() / 2);
    let early = read(half);
    assert!(early == Hello::Unfinished || early == whole, "more bytes never change a verdict");
});
