//! Many at once.

use std::io::{Read, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use assay_core::ledger::read;
use assay_registry::collect;

use crate::client::{Sent, digest, noise};
use crate::house::{House, OCI, image};

#[test]
fn the_same_new_blob_by_many_is_taken_from_all() {
    let house = House::open();
    let bytes = noise(1, 1_000_000);
    thread::scope(|scope| {
        for at in 0..8 {
            let (client, bytes) = (&house.client, &bytes);
            scope.spawn(move || client.push_blob(if at % 2 == 0 { "7/a" } else { "7/b" }, bytes));
        }
    });
    assert_eq!(house.blob_files(), [digest(&bytes)]);
    assert!(house.upload_files().is_empty());
    for name in ["7/a", "7/b"] {
        assert_eq!(house.client.get(&format!("/v2/{name}/blobs/{}", digest(&bytes))).expect(200).body, bytes);
    }
}

#[test]
fn one_tag_pushed_by_many_ends_at_one_of_theirs_and_every_reader_sees_that() {
    let house = House::open();
    let config = house.client.push_blob("7/a", b"{}");
    let manifests: Vec<Vec<u8>> = (0..8)
        .map(|seed| image(&config, &[(house.client.push_blob("7/a", &noise(seed, 100)), 100)]))
        .collect();
    thread::scope(|scope| {
        for manifest in &manifests {
            let client = &house.client;
            scope.spawn(move || {
                for _ in 0..5 {
                    client.put_manifest("7/a", "latest", OCI, manifest).expect(201);
                    client.get("/v2/7/a/manifests/latest").expect(200);
                }
            });
        }
    });
    let stored = read(&*house.ledger, |records| {
        let repository = records.repository(&"7/a".parse().unwrap())?.unwrap();
        let history = records.tag_history(&repository, &"latest".parse().unwrap(), 1)?;
        Ok((
            records.tag(&repository, &"latest".parse().unwrap())?.unwrap(),
            history[0].digest.clone().unwrap(),
        ))
    });
    let (stored, last) = stored.unwrap();
    assert_eq!(stored, last);
    for _ in 0..3 {
        let shown = house.client.get("/v2/7/a/manifests/latest").expect(200);
        assert_eq!(digest(&shown.body), stored.to_string(), "memory shows what the records say");
    }
}

#[test]
fn an_upload_has_one_writer() {
    let house = House::open();
    let session = house.client.begin("7/a");
    let bytes = noise(1, 100_000);
    // The first writer is asked for its body once it has the upload, and stops in the middle of it.
    let head = [("Expect", "100-continue")];
    let head = house.client.head("PATCH", &session, &head, &Sent::Whole(&bytes), "close");
    let mut slow = std::net::TcpStream::connect(house.client.address).unwrap();
    slow.write_all(head.as_bytes()).unwrap();
    let mut asked = [0; 25];
    slow.read_exact(&mut asked).unwrap();
    slow.write_all(&bytes[..60_000]).unwrap();
    house.client.patch_range(&session, "0-0", b"x").refused(409, "BLOB_UPLOAD_INVALID");
    house.client.delete(&session).refused(409, "BLOB_UPLOAD_INVALID");
    house.client.get(&session).expect(204);
    slow.write_all(&bytes[60_000..]).unwrap();
    let mut reply = Vec::new();
    slow.read_to_end(&mut reply).unwrap();
    crate::client::read_reply(&reply).expect(202);
    house.client.put(&format!("{session}?digest={}", digest(&bytes)), b"").expect(201);
}

/// Whoever is told that a blob is there pushes a manifest upon it, while the collection runs all the time.
#[test]
fn pushes_are_never_undone_by_the_collection() {
    let house = House::open();
    let over = AtomicBool::new(false);
    let hour = Duration::from_secs(3600);
    thread::scope(|scope| {
        scope.spawn(|| {
            while !over.load(Ordering::Relaxed) {
                collect(&house.registry).unwrap();
            }
        });
        let failed = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            for turn in 0..60_u64 {
                push_pull_delete(&house, turn);
                let pause = [hour / 3, hour + hour / 10, 3 * hour, hour / 2][(turn % 4) as usize];
                house.advance(pause);
            }
        }));
        over.store(true, Ordering::Relaxed);
        if let Err(cause) = failed {
            std::panic::resume_unwind(cause);
        }
    });
}

fn push_pull_delete(house: &House, turn: u64) {
    let name = ["7/a", "7/b"][(turn % 2) as usize];
    let layer = noise(turn % 3, 5000);
    let path = format!("/v2/{name}/blobs/{}", digest(&layer));
    let known = house.client.ask(&path).status == 200;
    if !known {
        house.client.push_blob(name, &layer);
    }
    let config = house.client.push_blob(name, b"{}");
    let manifest = image(&config, &[(digest(&layer), layer.len())]);
    house.client.put_manifest(name, "latest", OCI, &manifest).expect(201);
    assert_eq!(house.client.get(&path).expect(200).body, layer);
    assert_eq!(house.client.get(&format!("/v2/{name}/manifests/latest")).expect(200).body, manifest);
    if !turn.is_multiple_of(5) {
        house.client.delete(&format!("/v2/{name}/manifests/{}", digest(&manifest))).expect(202);
    }
}
