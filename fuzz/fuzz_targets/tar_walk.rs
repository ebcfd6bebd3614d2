//! Walks any bytes as a tar stream: it must come to an end, and never see more members than there are blocks.
#![no_main]

use assay_image::tar::Reader;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let mut reader = Reader::new(data, 1 << 16);
    let mut members = 0;
    let mut buffer = [0; 512];
    while let Ok(Some(member)) = reader.next_member() {
        members += 1;
        assert!(member.extended_bytes <= 1 << 16);
        let mut read = 0;
        while let Ok(more @ 1..) = reader.read_data(&mut buffer) {
            read += more as u64;
        }
        assert!(read <= member.size);
    }
    let _ = reader.finish();
    assert!(members <= data.len() / 512);
});
