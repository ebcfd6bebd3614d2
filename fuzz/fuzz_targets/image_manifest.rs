//! Reads any bytes as an image manifest and as an index.
#![no_main]

use assay_image::document::{ImageIndex, ImageManifest};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    for announced in [None, Some("application/vnd.oci.image.manifest.v1+json")] {
        let manifest = ImageManifest::read(data, announced);
        let index = ImageIndex::read(data, announced);
        // No document may be taken for both.
        assert!(manifest.is_err() || index.is_err());
    }
});
