//! Reads any bytes as an image configuration.
#![no_main]

use assay_image::ImageConfig;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    if let Ok(config) = ImageConfig::read(data) {
        assert_eq!(config.raw, data);
        assert!(config.env.iter().all(|(name, _)| !name.contains('=')));
        let _ = (config.command_line(), config.platform());
    }
});
