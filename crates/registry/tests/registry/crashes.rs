//! The process dies, or the whole machine: another process opens the folder.

use std::path::{Path, PathBuf};

use crate::client::{Sent, digest, digest512, noise};
use crate::house::{House, OCI, image};

/// The file with an upload's bytes, and the one with what is known of it.
fn files(folder: &Path, session: &str) -> (PathBuf, PathBuf) {
    let id = session.rsplit('/').next().unwrap();
    (folder.join("uploads").join(id), folder.join("uploads").join(format!("{id}.session")))
}

fn finish(house: &House, session: &str, bytes: &[u8], from: usize, digest: &str) {
    house.client.patch_range(session, &format!("{from}-{}", bytes.len() - 1), &bytes[from..]).expect(202);
    let location = house.client.put(&format!("{session}?digest={digest}"), b"").expect(201).location();
    assert_eq!(house.client.get(&location).expect(200).body, bytes);
}

#[test]
fn an_upload_goes_on_where_it_was_acknowledged() {
    let bytes = noise(1, 1_000_003);
    for (query, digest) in [("", digest(&bytes)), ("?digest-algorithm=sha512", digest512(&bytes))] {
        let mut house = House::open();
        let session = house.client.post(&format!("/v2/7/a/blobs/uploads/{query}")).expect(202).location();
        for (from, cut) in [(0, 1), (1, 400_001), (400_001, 700_000)] {
            let acknowledged = format!("0-{}", from.max(1) - 1);
            assert_eq!(house.client.get(&session).expect(204).header("range"), Some(acknowledged.as_str()));
            house.client.patch_range(&session, &format!("{from}-{}", cut - 1), &bytes[from..cut]).expect(202);
            house = house.reopen();
        }
        assert_eq!(house.client.get(&session).expect(204).header("range"), Some("0-699999"));
        finish(&house, &session, &bytes, 700_000, &digest);
    }
}

#[test]
fn bytes_that_were_not_acknowledged_are_forgotten() {
    let bytes = noise(2, 500_000);
    let house = House::open();
    let session = house.client.begin("7/a");
    house.client.patch(&session, &bytes[..300_000]).expect(202);
    let house = house.reopen_after(|folder| {
        let (path, _) = files(folder, &session);
        let mut longer = std::fs::read(&path).unwrap();
        longer.extend_from_slice(&[9; 50_000]);
        std::fs::write(path, longer).unwrap();
    });
    assert_eq!(house.client.get(&session).expect(204).header("range"), Some("0-299999"));
    finish(&house, &session, &bytes, 300_000, &digest(&bytes));
}

#[test]
fn a_connection_that_breaks_keeps_what_it_brought() {
    let bytes = noise(3, 3_000_000);
    let house = House::open();
    let session = house.client.begin("7/a");
    house.client.send("PATCH", &session, &[], Sent::BrokenOff(&bytes[..2_000_000])).expect(400);
    assert_eq!(house.client.get(&session).expect(204).header("range"), Some("0-1999999"));
    let put = format!("{session}?digest={}", digest(&bytes));
    house.client.send("PUT", &put, &[], Sent::BrokenOff(&bytes[2_000_000..2_500_000])).expect(400);
    let house = house.reopen();
    assert_eq!(house.client.get(&session).expect(204).header("range"), Some("0-2499999"));
    finish(&house, &session, &bytes, 2_500_000, &digest(&bytes));
}

#[test]
fn after_another_boot_the_bytes_that_are_there_are_hashed_again() {
    let bytes = noise(4, 600_000);
    // The disk may have more than was acknowledged, less, or nothing at all.
    for left in [600_000, 400_000, 123_457, 0] {
        let house = House::open();
        let session = house.client.begin("7/a");
        house.client.patch(&session, &bytes[..400_000]).expect(202);
        let house = house.reopen_after(|folder| {
            let (path, record) = files(folder, &session);
            std::fs::write(path, &bytes[..left]).unwrap();
            let text = std::fs::read_to_string(&record).unwrap();
            let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap();
            assert!(text.contains(boot.trim()));
            std::fs::write(record, text.replace(boot.trim(), "another")).unwrap();
        });
        let range = format!("0-{}", left.saturating_sub(1));
        assert_eq!(house.client.get(&session).expect(204).header("range"), Some(range.as_str()));
        if left == bytes.len() {
            house.client.put(&format!("{session}?digest={}", digest(&bytes)), b"").expect(201);
        } else {
            finish(&house, &session, &bytes, left, &digest(&bytes));
        }
    }
}

#[test]
fn a_record_that_promises_more_than_the_file_has_is_not_believed() {
    let bytes = noise(5, 300_000);
    let house = House::open();
    let session = house.client.begin("7/a");
    house.client.patch(&session, &bytes).expect(202);
    // As when the process died between putting the blob in its place and ending the upload.
    let house = house.reopen_after(|folder| std::fs::remove_file(files(folder, &session).0).unwrap());
    let put = format!("{session}?digest={}", digest(&bytes));
    house.client.put(&put, b"").refused(400, "DIGEST_INVALID");
    house.client.ask(&format!("/v2/7/a/blobs/{}", digest(&bytes))).expect(404);
    assert!(house.blob_files().is_empty());
}

#[test]
fn what_nobody_can_go_on_with_is_cleared_away() {
    let house = House::open();
    let (torn, good) = (house.client.begin("7/a"), house.client.begin("7/a"));
    house.client.patch(&torn, b"bytes").expect(202);
    house.client.patch(&good, b"bytes").expect(202);
    let house = house.reopen_after(|folder| {
        std::fs::write(files(folder, &torn).1, [0; 2048]).unwrap();
        std::fs::write(folder.join("uploads/stray"), b"x").unwrap();
    });
    house.client.get(&torn).refused(404, "BLOB_UPLOAD_UNKNOWN");
    house.client.get(&good).expect(204);
    assert_eq!(house.upload_files().len(), 2);
}

#[test]
fn a_file_without_a_record_is_not_a_blob_and_may_become_one() {
    let house = House::open();
    let blob = digest(b"bytes");
    let hex = blob.strip_prefix("sha256:").unwrap().to_owned();
    // As when the process died between putting the file in its place and the record; the machine may even have lost it.
    let house = house.reopen_after(|folder| {
        let shelf = folder.join("blobs/sha256").join(&hex[..2]);
        std::fs::create_dir(&shelf).unwrap();
        std::fs::write(shelf.join(&hex), b"by").unwrap();
    });
    house.client.ask(&format!("/v2/7/a/blobs/{blob}")).expect(404);
    house.client.push_blob("7/a", b"bytes");
    assert_eq!(house.client.get(&format!("/v2/7/a/blobs/{blob}")).expect(200).body, b"bytes");
}

#[test]
fn what_was_acknowledged_is_there_afterwards() {
    let house = House::open();
    let layer = noise(6, 100_000);
    let found = house.push_image("7/a", "latest", &[&layer]);
    house.client.delete("/v2/7/a/manifests/latest").expect(202);
    house.push_image("7/a", "next", &[b"other"]);
    let house = house.reopen();
    house.client.get("/v2/7/a/manifests/latest").expect(404);
    let manifest = image(&digest(b"{}"), &[(digest(&layer), layer.len())]);
    let reply = house.client.get(&format!("/v2/7/a/manifests/{found}")).expect(200);
    assert_eq!((reply.body, reply.headers.iter().any(|(_, value)| value == OCI)), (manifest, true));
    assert_eq!(house.client.get(&format!("/v2/7/a/blobs/{}", digest(&layer))).expect(200).body, layer);
    house.client.get("/v2/7/a/manifests/next").expect(200);
}
