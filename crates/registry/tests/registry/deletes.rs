//! Deleting: what is gone is gone at once.

use crate::client::digest;
use crate::house::{House, options};

#[test]
fn a_deleted_tag_leaves_the_manifest() {
    let house = House::open();
    let found = house.push_image("7/a", "one", &[]);
    house.push_image("7/a", "two", &[]);
    house.client.ask("/v2/7/a/manifests/one").expect(200);
    house.client.delete("/v2/7/a/manifests/one").expect(202);
    house.client.get("/v2/7/a/manifests/one").refused(404, "MANIFEST_UNKNOWN");
    house.client.ask("/v2/7/a/manifests/two").expect(200);
    house.client.ask(&format!("/v2/7/a/manifests/{found}")).expect(200);
    house.client.delete("/v2/7/a/manifests/one").refused(404, "MANIFEST_UNKNOWN");
}

#[test]
fn a_deleted_manifest_takes_its_tags_along() {
    let house = House::open();
    let found = house.push_image("7/a", "one", &[]);
    house.push_image("7/a", "two", &[]);
    house.push_image("7/a", "other", &[b"layer"]);
    for reference in ["one", "two", &found] {
        house.client.ask(&format!("/v2/7/a/manifests/{reference}")).expect(200);
    }
    house.client.delete(&format!("/v2/7/a/manifests/{found}")).expect(202);
    for reference in ["one", "two", &found] {
        house.client.get(&format!("/v2/7/a/manifests/{reference}")).refused(404, "MANIFEST_UNKNOWN");
    }
    assert_eq!(
        house.client.get("/v2/7/a/tags/list").expect(200).json()["tags"],
        serde_json::json!(["other"])
    );
    house.client.delete(&format!("/v2/7/a/manifests/{found}")).refused(404, "MANIFEST_UNKNOWN");
    house.client.delete("/v2/7/never/manifests/x").refused(404, "MANIFEST_UNKNOWN");
}

#[test]
fn a_deleted_blob_is_hidden_here_and_nowhere_else() {
    let house = House::open();
    let blob = house.client.push_blob("7/a", b"bytes");
    house.client.push_blob("7/b", b"bytes");
    let path = format!("/v2/7/a/blobs/{blob}");
    house.client.delete(&path).expect(202);
    house.client.get(&path).refused(404, "BLOB_UNKNOWN");
    house.client.delete(&path).refused(404, "BLOB_UNKNOWN");
    assert_eq!(house.client.get(&format!("/v2/7/b/blobs/{blob}")).expect(200).body, b"bytes");
    house.client.push_blob("7/a", b"bytes");
    house.client.get(&path).expect(200);
}

#[test]
fn deleting_can_be_switched_off() {
    let house = House::with(assay_registry::RegistryOptions { deletes: false, ..options() });
    let found = house.push_image("7/a", "latest", &[]);
    for path in ["manifests/latest", &format!("manifests/{found}"), &format!("blobs/{}", digest(b"{}"))] {
        house.client.delete(&format!("/v2/7/a/{path}")).refused(405, "UNSUPPORTED");
        house.client.get(&format!("/v2/7/a/{path}")).expect(200);
    }
}
