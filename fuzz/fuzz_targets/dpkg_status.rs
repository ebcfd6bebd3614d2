//! Reads any bytes as dpkg's database, as one file and as a part of it.
#![no_main]

use assay_checks::security::inventory::dpkg;
use assay_checks::security::versions::Scheme;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    for needs_status in [true, false] {
        let reading = dpkg::read(data, needs_status);
        assert!(reading.problems.len() <= 22);
        for record in &reading.records {
            assert!(!record.name.is_empty() && !record.version.is_empty());
            if let Some(version) = Scheme::Dpkg.parse(&record.source_version) {
                assert_eq!(version.compare(&version), Some(std::cmp::Ordering::Equal));
            }
        }
    }
    // A good record after any others is always seen: what stands before it cannot swallow it.
    let followed = [data, b"\n\nPackage: zz-last\nStatus: install ok installed\nVersion: 1\n\n"].concat();
    assert!(dpkg::read(&followed, true).records.iter().any(|record| record.name == "zz-last"));
});
