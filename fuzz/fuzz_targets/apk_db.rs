//! Reads any bytes as apk's database, and the versions in it by apk's order.
#![no_main]

use assay_checks::security::inventory::apk;
use assay_checks::security::versions::{Scheme, Version};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let reading = apk::read(data);
    assert!(reading.problems.len() <= 22);
    assert!(reading.records.iter().all(|record| !record.name.is_empty() && !record.version.is_empty()));
    let versions: Vec<Version> =
        reading.records.iter().filter_map(|record| Scheme::Apk.parse(&record.version)).take(20).collect();
    for a in &versions {
        for b in &versions {
            let order = a.compare(b).map(std::cmp::Ordering::reverse);
            assert_eq!(order, b.compare(a));
        }
    }
});
