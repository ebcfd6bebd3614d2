//! What a client of the registry can write: the path, the ranges, the manifest.
#![no_main]

use assay_core::registry::{RepositoryName, Tag};
use assay_registry::{ByteRange, ContentRange, Route, read_manifest};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let links = read_manifest(bytes, None).map(|links| links.len());
    assert!(links.is_err() || links.is_ok_and(|links| links <= bytes.len() / 60));
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Ok(Route::Manifest(name, _) | Route::Blob(name, _) | Route::Uploads(name) | Route::Upload(name, _)) =
        Route::read(text)
    {
        assert!(text.starts_with(name.as_str()));
        assert!(!name.as_str().contains("..") && !name.as_str().contains("//"));
        assert_eq!(name.as_str().parse::<RepositoryName>().as_ref(), Ok(&name));
    }
    if let Ok(tag) = text.parse::<Tag>() {
        assert!(matches!(Route::read(&format!("a/manifests/{tag}")), Ok(Route::Manifest(..))));
    }
    for size in [0, 1, 1000, u64::MAX] {
        if let Some((first, length)) = ByteRange::read(text).within(size) {
            assert!(first.checked_add(length).is_some_and(|end| end <= size));
            assert!(length > 0 || size == 0);
        }
    }
    if let Some(range) = ContentRange::read(text) {
        assert!(range.first <= range.last && range.length() > 0);
    }
});
