//! Packets of an engine, one by one and in conversations.
#![no_main]

use assay_sandbox::net::packet::Packet;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let _ = Packet::read(bytes);
    assay_sandbox::net::trial::feed(bytes);
});
