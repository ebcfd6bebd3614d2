//! Removing what nobody uses.

use std::time::Duration;

use assay_registry::{Collected, collect, collectable};

use crate::client::{digest, noise};
use crate::house::House;

const GRACE: Duration = Duration::from_secs(3600);
const MINUTE: Duration = Duration::from_secs(60);

fn collect_all(house: &House) -> Collected {
    let mut all = Collected::default();
    loop {
        let done = collect(&house.registry).unwrap();
        if done.is_idle() {
            return all;
        }
        all.hidden += done.hidden;
        all.doomed += done.doomed;
        all.removed += done.removed;
        all.bytes += done.bytes;
    }
}

#[test]
fn a_blob_that_no_manifest_points_to_goes_in_two_steps() {
    let house = House::open();
    let image = house.push_image("7/a", "latest", &[b"layer"]);
    let blob = house.client.push_blob("7/a", &noise(1, 1000));
    let path = format!("/v2/7/a/blobs/{blob}");
    house.advance(GRACE - MINUTE);
    assert!(collect_all(&house).is_idle());
    house.advance(2 * MINUTE);
    assert_eq!(collectable(&house.registry).unwrap(), (1, 1000));
    assert_eq!(collect_all(&house), Collected { hidden: 1, doomed: 1, ..Collected::default() });
    house.client.get(&path).refused(404, "BLOB_UNKNOWN");
    assert_eq!(house.blob_files().len(), 3, "the file is there for another grace");
    house.advance(GRACE + MINUTE);
    assert_eq!(collect_all(&house), Collected { removed: 1, bytes: 1000, ..Collected::default() });
    assert_eq!(house.blob_files().len(), 2);
    house.client.get(&format!("/v2/7/a/manifests/{image}")).expect(200);
    house.client.get(&format!("/v2/7/a/blobs/{}", digest(b"layer"))).expect(200);
}

#[test]
fn who_was_told_that_a_blob_is_there_can_rely_on_it() {
    let house = House::open();
    let blob = house.client.push_blob("7/a", b"{}");
    let manifest = crate::house::image(&blob, &[]);
    for _ in 0..5 {
        house.advance(GRACE - MINUTE);
        house.client.ask(&format!("/v2/7/a/blobs/{blob}")).expect(200);
        collect_all(&house);
    }
    house.advance(GRACE / 2 - MINUTE);
    collect_all(&house);
    house.client.put_manifest("7/a", "late", crate::house::OCI, &manifest).expect(201);
    // What a deleted manifest pointed to has another grace.
    house.advance(10 * GRACE);
    collect_all(&house);
    house.client.delete(&format!("/v2/7/a/manifests/{}", digest(&manifest))).expect(202);
    collect_all(&house);
    house.client.ask(&format!("/v2/7/a/blobs/{blob}")).expect(200);
}

#[test]
fn a_doomed_blob_that_is_pushed_again_lives() {
    let house = House::open();
    let blob = house.client.push_blob("7/a", b"bytes");
    house.advance(GRACE + MINUTE);
    assert_eq!(collect_all(&house).doomed, 1);
    house.advance(GRACE - MINUTE);
    house.client.push_blob("8/b", b"bytes");
    house.advance(2 * MINUTE);
    assert_eq!(collect_all(&house).removed, 0);
    assert_eq!(house.client.get(&format!("/v2/8/b/blobs/{blob}")).expect(200).body, b"bytes");
}

#[test]
fn a_blob_deleted_by_hand_stays_on_disk_while_a_manifest_points_to_it() {
    let house = House::open();
    let image = house.push_image("7/a", "latest", &[b"layer"]);
    house.client.delete(&format!("/v2/7/a/blobs/{}", digest(b"layer"))).expect(202);
    house.advance(3 * GRACE);
    assert!(collect_all(&house).is_idle());
    house.registry.blobs().open(&digest(b"layer").parse().unwrap()).unwrap();
    house.client.delete(&format!("/v2/7/a/manifests/{image}")).expect(202);
    for _ in 0..3 {
        house.advance(GRACE + MINUTE);
        collect_all(&house);
    }
    assert!(house.blob_files().is_empty());
}

#[test]
fn a_file_that_no_record_knows_is_removed_when_it_is_old() {
    let house = House::open();
    house.client.push_blob("7/a", b"bytes");
    let house = house.reopen_after(|folder| {
        for algorithm in ["sha256", "sha512"] {
            let hex = "fe".repeat(if algorithm == "sha256" { 32 } else { 64 });
            let shelf = folder.join("blobs").join(algorithm).join("fe");
            std::fs::create_dir_all(&shelf).unwrap();
            std::fs::write(shelf.join(&hex), b"torn").unwrap();
            std::fs::write(shelf.join("not a digest"), b"what is this").unwrap();
        }
    });
    let round = || (0..32).map(|_| collect(&house.registry).unwrap().orphans).sum::<u32>();
    assert_eq!(round(), 0);
    house.advance(GRACE / 2);
    house.client.ask(&format!("/v2/7/a/blobs/{}", digest(b"bytes"))).expect(200);
    house.advance(GRACE / 2 + MINUTE);
    assert_eq!(round(), 2);
    assert!(house.blob_files().contains(&digest(b"bytes")));
    assert_eq!(house.blob_files().len(), 3, "what we did not make is left alone");
}

#[test]
fn storage_used_shrinks_with_the_collection() {
    use assay_core::{OrgId, ledger::read};
    let house = House::open();
    house.client.push_blob("7/a", &noise(1, 1000));
    house.client.push_blob("7/b", &noise(1, 1000));
    let used = || read(&*house.ledger, |records| records.bytes_used(OrgId(7))).unwrap();
    assert_eq!(used(), 1000);
    house.advance(GRACE + MINUTE);
    assert_eq!(collect_all(&house).hidden, 2);
    assert_eq!(used(), 0);
}

#[test]
fn a_push_may_take_most_of_a_day() {
    let house = House::with(assay_registry::RegistryOptions {
        keep_free: 0,
        ..assay_registry::RegistryOptions::default()
    });
    let blob = house.client.push_blob("7/a", b"{}");
    house.advance(23 * GRACE);
    assert!(collect_all(&house).is_idle());
    let manifest = crate::house::image(&blob, &[]);
    house.client.put_manifest("7/a", "late", crate::house::OCI, &manifest).expect(201);
}
