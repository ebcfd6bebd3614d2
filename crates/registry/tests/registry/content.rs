//! The notice that comes with an accepted manifest, and who else reads what was pushed.

use std::io::Read;

use crate::client::{digest, noise};
use crate::house::House;

#[test]
fn blobs_can_be_read_by_the_rest_of_the_house() {
    let house = House::open();
    let bytes = noise(1, 100_000);
    let blob = house.client.push_blob("7/a", &bytes);
    let mut read = Vec::new();
    house.registry.blobs().open(&blob.parse().unwrap()).unwrap().read_to_end(&mut read).unwrap();
    assert_eq!(read, bytes);
    let missing = house.registry.blobs().open(&digest(b"none").parse().unwrap()).unwrap_err();
    assert_eq!(missing.kind, "blob-missing");
}

#[test]
fn files_of_blobs_cannot_be_written_and_are_kept_once() {
    use std::os::unix::fs::PermissionsExt;
    let house = House::open();
    for name in ["7/a", "7/b", "8/c"] {
        house.client.push_blob(name, b"bytes");
    }
    let blob = digest(b"bytes");
    assert_eq!(house.blob_files(), std::slice::from_ref(&blob));
    let hex = blob.strip_prefix("sha256:").unwrap();
    let file = house.folder.path().join("blobs/sha256").join(&hex[..2]).join(hex);
    assert_eq!(std::fs::metadata(file).unwrap().permissions().mode() & 0o777, 0o444);
}
