//! Limits: storage, disk, bodies, open uploads.

use std::time::Duration;

use assay_core::OrgId;
use assay_core::ledger::{read, write};
use assay_registry::{RegistryOptions, sweep};

use crate::client::{Sent, digest, noise};
use crate::house::{House, options};

fn used(house: &House, org: i64) -> u64 {
    read(&*house.ledger, |records| records.bytes_used(OrgId(org))).unwrap()
}

#[test]
fn storage_is_counted_once_for_each_organization() {
    let house = House::open();
    let bytes = noise(1, 1000);
    house.client.push_blob("7/a", &bytes);
    house.client.push_blob("7/a", &bytes);
    house.client.push_blob("7/b", &bytes);
    house.client.push_blob("8/a", &bytes);
    assert_eq!((used(&house, 7), used(&house, 8)), (1000, 1000));
    let blob = digest(&bytes);
    house.client.delete(&format!("/v2/7/a/blobs/{blob}")).expect(202);
    assert_eq!(used(&house, 7), 1000);
    house.client.delete(&format!("/v2/7/b/blobs/{blob}")).expect(202);
    assert_eq!((used(&house, 7), used(&house, 8)), (0, 1000));
    house.client.post(&format!("/v2/7/c/blobs/uploads/?mount={blob}&from=8/a")).expect(201);
    assert_eq!(used(&house, 7), 1000);
}

#[test]
fn quota_is_reserved_before_bytes_come() {
    let house = House::with(RegistryOptions { quota: Some(10_000), ..options() });
    let (first, second) = (house.client.begin("7/a"), house.client.begin("7/b"));
    house.client.patch(&first, &noise(1, 6000)).expect(202);
    house.client.patch(&second, &noise(2, 6000)).refused(403, "DENIED");
    let chunked = noise(2, 6000);
    house.client.send("PATCH", &second, &[], Sent::Chunked(vec![&chunked])).refused(403, "DENIED");
    assert_eq!(house.client.get(&second).expect(204).header("range"), Some("0-0"));
    house.client.patch(&second, &noise(2, 4000)).expect(202);
    // What is called off is free at once, what is finished is not.
    house.client.delete(&second).expect(204);
    house.client.put(&format!("{first}?digest={}", digest(&noise(1, 6000))), b"").expect(201);
    let third = house.client.begin("7/b");
    house.client.patch(&third, &noise(3, 4001)).refused(403, "DENIED");
    house.client.put(&format!("{third}?digest={}", digest(&noise(3, 4000))), &noise(3, 4000)).expect(201);
    house.client.post("/v2/7/c/blobs/uploads/").refused(403, "DENIED");
    house.client.begin("8/a");
}

#[test]
fn an_organization_may_have_a_quota_of_its_own() {
    let house = House::with(RegistryOptions { quota: Some(10), ..options() });
    let set = |bytes| write(&*house.ledger, |records| records.set_quota(OrgId(7), bytes)).unwrap();
    set(Some(5000));
    house.client.push_blob("7/a", &noise(1, 4000));
    set(Some(4000));
    house.client.post("/v2/7/a/blobs/uploads/").refused(403, "DENIED");
    set(None);
    house.client.post("/v2/7/a/blobs/uploads/").refused(403, "DENIED");
    assert_eq!(
        house.client.get(&format!("/v2/7/a/blobs/{}", digest(&noise(1, 4000)))).expect(200).body.len(),
        4000
    );
}

#[test]
fn reservations_outlive_the_process() {
    let house = House::with(RegistryOptions { quota: Some(10_000), ..options() });
    let first = house.client.begin("7/a");
    house.client.patch(&first, &noise(1, 6000)).expect(202);
    let house = house.reopen();
    let second = house.client.begin("7/b");
    house.client.patch(&second, &noise(2, 6000)).refused(403, "DENIED");
    house.client.delete(&first).expect(204);
    house.client.patch(&second, &noise(2, 6000)).expect(202);
}

#[test]
fn no_upload_begins_when_the_disk_is_nearly_full_but_those_under_way_end() {
    let house = House::open();
    let session = house.client.begin("7/a");
    house.client.patch(&session, b"by").expect(202);
    let house = house.reopen_with(RegistryOptions { keep_free: u64::MAX, ..options() }, |_| ());
    for path in ["/v2/7/a/blobs/uploads/", &format!("/v2/7/a/blobs/uploads/?digest={}", digest(b"x"))] {
        let reply = house.client.send("POST", path, &[], Sent::Whole(b"x")).refused(503, "UNAVAILABLE");
        assert_eq!(reply.header("retry-after"), Some("60"));
    }
    house.client.put(&format!("{session}?digest={}", digest(b"bytes")), b"tes").expect(201);
}

/// On a file system of a few megabytes: a write that finds no room is refused and can be gone on with when there is.
#[test]
fn a_full_disk_refuses_what_comes_and_keeps_what_was_acknowledged() {
    let Some(disk) = std::env::var_os("ASSAY_TEST_SMALL_DISK") else { return on_a_small_disk() };
    let house = House::in_folder(tempfile::tempdir_in(&disk).unwrap());
    let bytes = noise(1, 5_000_000);
    let session = house.client.begin("7/a");
    house.client.patch(&session, &bytes[..2_000_000]).expect(202);
    let filler = std::path::Path::new(&disk).join("filler");
    let _ = std::fs::write(&filler, vec![1; 16 << 20]);
    let reply = house.client.patch(&session, &bytes[2_000_000..]).refused(503, "UNAVAILABLE");
    assert_eq!(reply.header("retry-after"), Some("60"));
    assert_eq!(house.client.get(&session).expect(204).header("range"), Some("0-1999999"));
    std::fs::remove_file(&filler).unwrap();
    house.client.patch(&session, &bytes[2_000_000..]).expect(202);
    let put = format!("{session}?digest={}", digest(&bytes));
    let location = house.client.put(&put, b"").expect(201).location();
    assert_eq!(house.client.get(&location).expect(200).body, bytes);
}

fn on_a_small_disk() {
    let mount = tempfile::tempdir().unwrap();
    let this = "limits::a_full_disk_refuses_what_comes_and_keeps_what_was_acknowledged";
    let script = "mount -t tmpfs -o size=12m none \"$1\" && exec \"$2\" --exact \"$3\" --nocapture";
    let output = std::process::Command::new("unshare")
        .args(["--user", "--map-root-user", "--mount", "sh", "-c", script, "sh"])
        .arg(mount.path())
        .arg(std::env::current_exe().unwrap())
        .arg(this)
        .env("ASSAY_TEST_SMALL_DISK", mount.path())
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{told}{}", String::from_utf8_lossy(&output.stderr));
    assert!(told.contains("1 passed"), "{told}");
}

#[test]
fn a_blob_has_a_largest_size() {
    let house = House::with(RegistryOptions { blob_bytes: 100_000, ..options() });
    let bytes = noise(1, 100_001);
    let session = house.client.begin("7/a");
    house.client.patch(&session, &bytes).refused(413, "SIZE_INVALID");
    house.client.send("PATCH", &session, &[], Sent::Chunked(vec![&bytes])).refused(413, "SIZE_INVALID");
    house.client.patch(&session, &bytes[..60_000]).expect(202);
    house.client.patch(&session, &bytes[60_000..]).refused(413, "SIZE_INVALID");
    house.client.patch(&session, &bytes[60_000..100_000]).expect(202);
    house.client.put(&format!("{session}?digest={}", digest(&bytes[..100_000])), b"").expect(201);
}

#[test]
fn one_user_may_have_only_so_many_uploads_open() {
    let house = House::guarded(RegistryOptions { sessions_per_actor: 3, ..options() });
    let alice = house.as_user("alice");
    let sessions: Vec<_> = (0..3).map(|_| alice.begin("7/a")).collect();
    let reply = alice.post("/v2/7/a/blobs/uploads/").refused(429, "TOOMANYREQUESTS");
    assert!(reply.header("retry-after").is_some());
    house.as_user("bob").begin("7/a");
    alice.delete(&sessions[0]).expect(204);
    alice.begin("7/a");
}

#[test]
fn idle_uploads_are_swept_away_with_what_was_reserved_for_them() {
    let house = House::with(RegistryOptions { quota: Some(10_000), ..options() });
    let (old, young) = (house.client.begin("7/a"), house.client.begin("7/a"));
    house.client.patch(&old, &noise(1, 7000)).expect(202);
    house.advance(Duration::from_secs(23 * 3600));
    house.client.patch(&young, b"x").expect(202);
    assert_eq!(sweep(&house.registry).uploads, 0);
    house.advance(Duration::from_secs(2 * 3600));
    let swept = sweep(&house.registry);
    assert_eq!((swept.uploads, swept.bytes), (1, 7000));
    house.client.get(&old).refused(404, "BLOB_UPLOAD_UNKNOWN");
    house.client.patch(&young, &noise(1, 7000)).expect(202);
    assert_eq!(house.upload_files().len(), 2);
}

#[test]
fn a_body_that_brings_nothing_is_given_up_and_what_came_is_kept() {
    let house = House::with(RegistryOptions { body_idle: Duration::from_millis(50), ..options() });
    let session = house.client.begin("7/a");
    let body = Sent::BrokenOff(&[7; 200_000]);
    let mut stream = std::net::TcpStream::connect(house.client.address).unwrap();
    use std::io::{Read, Write};
    stream.write_all(house.client.head("PATCH", &session, &[], &body, "close").as_bytes()).unwrap();
    stream.write_all(&[7; 200_000]).unwrap();
    let mut reply = Vec::new();
    stream.read_to_end(&mut reply).unwrap();
    crate::client::read_reply(&reply).refused(408, "BLOB_UPLOAD_INVALID");
    assert_eq!(house.client.get(&session).expect(204).header("range"), Some("0-199999"));
}

/// The length is told by nobody, so room is reserved as the bytes come.
#[test]
fn two_uploads_at_once_do_not_pass_the_quota_together() {
    use std::io::{Read, Write};
    let house = House::with(RegistryOptions { quota: Some(1_000_000), ..options() });
    let (slow, bytes) = (house.client.begin("7/a"), noise(1, 700_000));
    let mut stream = std::net::TcpStream::connect(house.client.address).unwrap();
    let head = house.client.head("PATCH", &slow, &[], &Sent::Chunked(Vec::new()), "close");
    stream.write_all(head.as_bytes()).unwrap();
    let whole = noise(2, 600_000);
    house.client.push_blob("7/b", &whole);
    stream.write_all(format!("{:x}\r\n", bytes.len()).as_bytes()).unwrap();
    stream.write_all(&bytes).unwrap();
    stream.write_all(b"\r\n0\r\n\r\n").unwrap();
    let mut reply = Vec::new();
    stream.read_to_end(&mut reply).unwrap();
    crate::client::read_reply(&reply).refused(403, "DENIED");
    assert_eq!(used(&house, 7), 600_000);
}

#[test]
fn a_mount_from_another_organization_has_to_fit_into_what_is_left() {
    let house = House::with(RegistryOptions { quota: Some(1500), ..options() });
    house.client.push_blob("7/a", &noise(1, 1000));
    let other = house.client.push_blob("8/b", &noise(2, 1000));
    house.client.post(&format!("/v2/7/a/blobs/uploads/?mount={other}&from=8/b")).refused(403, "DENIED");
    assert_eq!(used(&house, 7), 1000);
    house.client.get(&format!("/v2/7/a/blobs/{other}")).refused(404, "BLOB_UNKNOWN");
}
