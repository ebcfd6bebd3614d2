//! Uploads: every way a blob may come, and every way it may not.

use std::io::{Read, Write};
use std::net::TcpStream;

use crate::client::{Sent, digest, digest512, noise, read_reply};
use crate::house::{House, options};

#[test]
fn a_stream_is_appended_and_closed_with_an_empty_put() {
    let house = House::open();
    let bytes = noise(1, 3_000_000);
    let session = house.client.begin("7/a");
    let reply = house.client.send("PATCH", &session, &[], Sent::Chunked(bytes.chunks(70_000).collect()));
    let reply = reply.expect(202);
    assert_eq!(reply.header("range"), Some("0-2999999"), "the last byte of the whole, not of the piece");
    let reply = house.client.put(&format!("{}?digest={}", reply.location(), digest(&bytes)), b"").expect(201);
    assert_eq!(reply.header("docker-content-digest"), Some(digest(&bytes).as_str()));
    assert_eq!(house.client.get(&reply.location()).expect(200).body, bytes);
    assert!(house.upload_files().is_empty());
}

#[test]
fn an_upload_begins_with_its_address_its_id_and_nothing_received() {
    let house = House::open();
    let reply = house.client.post("/v2/7/a/blobs/uploads/").expect(202);
    assert!(reply.location().ends_with(reply.header("docker-upload-uuid").unwrap()));
    assert_eq!(reply.header("range"), Some("0-0"));
    assert_eq!(reply.header("docker-distribution-api-version"), Some("registry/2.0"));
    let status = house.client.get(&reply.location()).expect(204);
    assert_eq!(status.header("range"), Some("0-0"));
    assert_eq!(status.location(), reply.location());
}

#[test]
fn one_post_may_bring_it_all() {
    let house = House::open();
    for bytes in [Vec::new(), noise(1, 10), noise(2, 900_000)] {
        let path = format!("/v2/7/a/blobs/uploads/?digest={}", digest(&bytes));
        let reply = house.client.send("POST", &path, &[], Sent::Whole(&bytes)).expect(201);
        assert_eq!(house.client.get(&reply.location()).expect(200).body, bytes);
        let chunked = house.client.send("POST", &path, &[], Sent::Chunked(vec![&bytes])).expect(201);
        assert_eq!(chunked.location(), reply.location());
    }
    let path = format!("/v2/7/a/blobs/uploads/?digest={}", digest(b"other"));
    house.client.send("POST", &path, &[], Sent::Whole(b"bytes")).refused(400, "DIGEST_INVALID");
    assert!(house.upload_files().is_empty(), "nothing is left of it");
}

#[test]
fn the_closing_put_may_bring_the_last_piece_or_all() {
    let house = House::open();
    let bytes = noise(3, 200_000);
    let put = format!("{}?digest={}", house.client.begin("7/a"), digest(&bytes));
    house.client.put(&put, &bytes).expect(201);
    let session = house.client.begin("7/b");
    house.client.patch_range(&session, "0-99999", &bytes[..100_000]).expect(202);
    let last = [("Content-Range", "100000-199999")];
    let put = format!("{session}?digest={}", digest(&bytes));
    house.client.send("PUT", &put, &last, Sent::Whole(&bytes[100_000..])).expect(201);
    assert_eq!(house.client.get(&format!("/v2/7/b/blobs/{}", digest(&bytes))).expect(200).body, bytes);
}

#[test]
fn pieces_out_of_order_change_nothing() {
    let house = House::open();
    let bytes = noise(4, 1000);
    let session = house.client.begin("7/a");
    house.client.patch_range(&session, "0-499", &bytes[..500]).expect(202);
    for (range, piece) in [("0-499", &bytes[..500]), ("600-999", &bytes[600..]), ("501-999", &bytes[501..])] {
        let reply = house.client.patch_range(&session, range, piece).refused(416, "BLOB_UPLOAD_INVALID");
        assert_eq!(reply.header("range"), Some("0-499"));
        assert_eq!(house.client.get(&session).expect(204).header("range"), Some("0-499"));
    }
    let put = format!("{session}?digest={}", digest(&bytes));
    let wrong = [("Content-Range", "600-999")];
    house.client.send("PUT", &put, &wrong, Sent::Whole(&bytes[600..])).refused(416, "BLOB_UPLOAD_INVALID");
    house.client.patch_range(&session, "500-999", &bytes[500..]).expect(202);
    house.client.put(&put, b"").expect(201);
}

#[test]
fn a_piece_of_another_length_than_announced_changes_nothing() {
    let house = House::open();
    let bytes = noise(5, 100_000);
    let session = house.client.begin("7/a");
    house.client.patch_range(&session, "0-49999", &bytes[..50_000]).expect(202);
    let piece = Sent::Whole(&bytes[50_000..]);
    house.client.send("PATCH", &session, &[("Content-Range", "50000-99998")], piece).expect(416);
    for range in ["50000-99998", "50000-100000", "bogus", "9-5"] {
        let piece = Sent::Chunked(vec![&bytes[50_000..60_000], &bytes[60_000..]]);
        house.client.send("PATCH", &session, &[("Content-Range", range)], piece).expect(416);
        assert_eq!(house.client.get(&session).expect(204).header("range"), Some("0-49999"));
    }
    house.client.patch(&session, &bytes[50_000..]).expect(202);
    house.client.put(&format!("{session}?digest={}", digest(&bytes)), b"").expect(201);
}

#[test]
fn a_digest_that_is_wrong_or_none_is_refused() {
    let house = House::open();
    for bad in ["sha256:00", "md5:d41d8cd98f00b204e9800998ecf8427e", "latest", &digest(b"x").to_uppercase()] {
        let session = house.client.begin("7/a");
        house.client.put(&format!("{session}?digest={bad}"), b"bytes").refused(400, "DIGEST_INVALID");
        house.client.put(&session, b"bytes").refused(400, "DIGEST_INVALID");
        let put = format!("{session}?digest={}", digest(b"bytes"));
        house.client.put(&put, b"bytes").expect(201);
    }
    let session = house.client.begin("7/a");
    let put = format!("{session}?digest={}", digest(b"others"));
    house.client.put(&put, b"bytes!").refused(400, "DIGEST_INVALID");
    house.client.ask(&format!("/v2/7/a/blobs/{}", digest(b"others"))).expect(404);
    house.client.ask(&format!("/v2/7/a/blobs/{}", digest(b"bytes!"))).expect(404);
    assert!(house.upload_files().is_empty());
}

#[test]
fn sha512_is_an_address_of_its_own() {
    let house = House::open();
    let bytes = noise(6, 300_000);
    let session = house.client.post("/v2/7/a/blobs/uploads/?digest-algorithm=sha512").expect(202).location();
    house.client.patch(&session, &bytes).expect(202);
    house.client.put(&format!("{session}?digest={}", digest512(&bytes)), b"").expect(201);
    house.client.ask(&format!("/v2/7/a/blobs/{}", digest(&bytes))).expect(404);
    // Without being told beforehand it is hashed again at the end.
    let session = house.client.begin("7/b");
    house.client.put(&format!("{session}?digest={}", digest512(&bytes)), &bytes).expect(201);
    assert_eq!(house.client.get(&format!("/v2/7/b/blobs/{}", digest512(&bytes))).expect(200).body, bytes);
    house.client.post("/v2/7/a/blobs/uploads/?digest-algorithm=md5").refused(400, "DIGEST_INVALID");
}

#[test]
fn a_cancelled_upload_is_gone() {
    let house = House::open();
    let session = house.client.begin("7/a");
    house.client.patch(&session, b"bytes").expect(202);
    house.client.delete(&session).expect(204);
    house.client.get(&session).refused(404, "BLOB_UPLOAD_UNKNOWN");
    house.client.patch(&session, b"bytes").refused(404, "BLOB_UPLOAD_UNKNOWN");
    house.client.delete(&session).refused(404, "BLOB_UPLOAD_UNKNOWN");
    house
        .client
        .put(&format!("{session}?digest={}", digest(b"bytes")), b"")
        .refused(404, "BLOB_UPLOAD_UNKNOWN");
    assert!(house.upload_files().is_empty());
}

#[test]
fn an_upload_belongs_to_its_repository_and_its_user() {
    let house = House::guarded(options());
    let session = house.as_user("alice").begin("7/a");
    house.as_user("bob").get(&session).refused(404, "BLOB_UPLOAD_UNKNOWN");
    house.as_user("alice").get(&session.replace("7/a", "7/b")).refused(404, "BLOB_UPLOAD_UNKNOWN");
    house.as_user("alice").get(&session).expect(204);
    house.as_user("alice").get("/v2/7/a/blobs/uploads/bogus").refused(404, "BLOB_UPLOAD_UNKNOWN");
}

#[test]
fn mounting_takes_a_blob_over_without_its_bytes() {
    let house = House::guarded(options());
    let (alice, stranger) = (house.as_user("alice"), house.as_user("stranger"));
    let blob = alice.push_blob("7/a", b"shared");
    let reply = alice.post(&format!("/v2/7/b/blobs/uploads/?mount={blob}&from=7/a")).expect(201);
    assert_eq!(reply.location(), format!("/v2/7/b/blobs/{blob}"));
    assert_eq!(alice.get(&reply.location()).expect(200).body, b"shared");
    // Without a source any repository will do that the caller may read.
    alice.post(&format!("/v2/7/c/blobs/uploads/?mount={blob}")).expect(201);
    for query in [format!("mount={blob}&from=7/a"), format!("mount={blob}")] {
        let reply = stranger.post(&format!("/v2/8/a/blobs/uploads/?{query}")).expect(202);
        assert!(reply.location().contains("/blobs/uploads/"), "nothing tells that the blob is here");
    }
    for nowhere in [format!("mount={}&from=7/a", digest(b"?")), format!("mount={blob}&from=7/none")] {
        alice.post(&format!("/v2/7/d/blobs/uploads/?{nowhere}")).expect(202);
    }
    alice.post("/v2/7/d/blobs/uploads/?mount=bogus&from=7/a").refused(400, "DIGEST_INVALID");
}

#[test]
fn clients_may_wait_to_be_asked_for_the_body() {
    let house = House::open();
    let session = house.client.begin("7/a");
    let body = Sent::Whole(b"bytes");
    let expect = [("Expect", "100-continue")];
    let mut stream = TcpStream::connect(house.client.address).unwrap();
    stream.write_all(house.client.head("PATCH", &session, &expect, &body, "close").as_bytes()).unwrap();
    let mut asked = [0; 25];
    stream.read_exact(&mut asked).unwrap();
    assert_eq!(&asked, b"HTTP/1.1 100 Continue\r\n\r\n");
    stream.write_all(b"bytes").unwrap();
    let mut reply = Vec::new();
    stream.read_to_end(&mut reply).unwrap();
    read_reply(&reply).expect(202);
    // Nobody is asked for a body that is not wanted.
    let nowhere = session.replace("7/a", "7/b");
    let mut stream = TcpStream::connect(house.client.address).unwrap();
    stream.write_all(house.client.head("PATCH", &nowhere, &expect, &body, "close").as_bytes()).unwrap();
    let mut reply = Vec::new();
    stream.read_to_end(&mut reply).unwrap();
    read_reply(&reply).expect(404);
}

#[test]
fn one_connection_carries_a_whole_push_and_unknown_parameters_do_not_matter() {
    let house = House::open();
    let session = house.client.begin("7/a");
    let mut stream = TcpStream::connect(house.client.address).unwrap();
    let path = format!("{session}?unknown=1&more");
    let requests = [
        ("PATCH", path.clone(), Sent::Whole(b"by".as_slice()), 202),
        ("PATCH", path.clone(), Sent::Whole(b"tes"), 202),
        ("PUT", format!("{path}&digest={}", digest(b"bytes").replace(':', "%3A")), Sent::Nothing, 201),
        ("HEAD", format!("/v2/7/a/blobs/{}", digest(b"bytes")), Sent::Nothing, 200),
    ];
    for (method, path, body, status) in requests {
        stream.write_all(house.client.head(method, &path, &[], &body, "keep-alive").as_bytes()).unwrap();
        if let Sent::Whole(bytes) = body {
            stream.write_all(bytes).unwrap();
        }
        let mut reply = Vec::new();
        while !reply.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            stream.read_exact(&mut byte).unwrap();
            reply.push(byte[0]);
        }
        read_reply(&reply).expect(status);
    }
}
