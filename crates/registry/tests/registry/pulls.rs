//! Blobs: whole, in part, only asked for.

use crate::client::{digest, noise};
use crate::house::{House, options};

#[test]
fn base_answers_and_says_which_protocol() {
    let house = House::open();
    for path in ["/v2/", "/v2"] {
        let reply = house.client.get(path).expect(200);
        assert_eq!(reply.header("docker-distribution-api-version"), Some("registry/2.0"));
        assert_eq!(reply.json(), serde_json::json!({}));
    }
}

#[test]
fn blobs_come_with_digest_length_and_tag() {
    let house = House::open();
    for bytes in [Vec::new(), noise(1, 1), noise(2, 3_000_001)] {
        let digest = house.client.push_blob("7/a", &bytes);
        let path = format!("/v2/7/a/blobs/{digest}");
        let (asked, pulled) = (house.client.ask(&path).expect(200), house.client.get(&path).expect(200));
        assert_eq!(pulled.body, bytes);
        assert!(asked.body.is_empty());
        for reply in [&asked, &pulled] {
            assert_eq!(reply.header("docker-content-digest"), Some(digest.as_str()));
            assert_eq!(reply.header("content-length"), Some(bytes.len().to_string().as_str()));
            assert_eq!(reply.header("etag"), Some(format!("\"{digest}\"").as_str()));
            assert_eq!(reply.header("accept-ranges"), Some("bytes"));
        }
    }
}

#[test]
fn blobs_come_in_part() {
    let house = House::open();
    let bytes = noise(3, 1_500_000);
    let digest = house.client.push_blob("7/a", &bytes);
    let path = format!("/v2/7/a/blobs/{digest}");
    let cases: [(&str, std::ops::Range<usize>); 6] = [
        ("bytes=0-0", 0..1),
        ("bytes=100-699999", 100..700_000),
        ("bytes=1400000-", 1_400_000..1_500_000),
        ("bytes=-7", 1_499_993..1_500_000),
        ("bytes=-9999999", 0..1_500_000),
        ("bytes=1499999-9999999", 1_499_999..1_500_000),
    ];
    for (range, wanted) in cases {
        let reply = house.client.get_with(&path, &[("Range", range)]).expect(206);
        let content = format!("bytes {}-{}/1500000", wanted.start, wanted.end - 1);
        assert_eq!(reply.header("content-range"), Some(content.as_str()), "{range}");
        assert_eq!(reply.header("docker-content-digest"), Some(digest.as_str()));
        assert_eq!(reply.body, bytes[wanted], "{range}");
    }
    for range in ["bytes=500-0", "bytes=1500000-", "bytes=5000000-10000000", "bytes=-0"] {
        let reply = house.client.get_with(&path, &[("Range", range)]).expect(416);
        assert_eq!(reply.header("content-range"), Some("bytes */1500000"), "{range}");
    }
    for range in ["lines=1-2", "bytes=x-y", "bytes=0-1,5-6"] {
        assert_eq!(house.client.get_with(&path, &[("Range", range)]).expect(200).body.len(), bytes.len());
    }
    let other = [("Range", "bytes=0-9"), ("If-Range", "\"something else\"")];
    assert_eq!(house.client.get_with(&path, &other).expect(200).body.len(), bytes.len());
    assert_eq!(
        house.client.send("HEAD", &path, &[("Range", "bytes=0-9")], crate::client::Sent::Nothing).status,
        200
    );
}

#[test]
fn what_the_client_has_is_not_sent_again() {
    let house = House::open();
    let digest = house.client.push_blob("7/a", b"bytes");
    let path = format!("/v2/7/a/blobs/{digest}");
    for tags in [format!("\"{digest}\""), format!("\"x\", W/\"{digest}\""), "*".into()] {
        let reply = house.client.get_with(&path, &[("If-None-Match", &tags)]).expect(304);
        assert!(reply.body.is_empty());
        assert_eq!(reply.header("docker-content-digest"), Some(digest.as_str()));
    }
    assert_eq!(house.client.get_with(&path, &[("If-None-Match", "\"other\"")]).expect(200).body, b"bytes");
}

#[test]
fn a_blob_is_seen_only_in_the_repositories_it_was_pushed_to() {
    let house = House::open();
    let digest = house.client.push_blob("7/a", b"bytes");
    house.client.push_blob("7/b", b"others");
    for path in [format!("/v2/7/b/blobs/{digest}"), format!("/v2/7/never/blobs/{digest}")] {
        house.client.get(&path).refused(404, "BLOB_UNKNOWN");
        assert!(house.client.ask(&path).expect(404).body.is_empty());
    }
}

#[test]
fn addresses_that_mean_nothing_say_why() {
    let house = House::open();
    house.client.get("/v2/7/a/blobs/sha256:12").refused(400, "DIGEST_INVALID");
    house.client.get("/v2/7/A/tags/list").refused(400, "NAME_INVALID");
    house.client.get("/v2/7/a/manifests/.bad").refused(404, "MANIFEST_UNKNOWN");
    house.client.get("/v2/7/a/manifests/sha256:12").refused(400, "DIGEST_INVALID");
    house.client.get("/v2/7/a/nothing").refused(404, "UNSUPPORTED");
    house.client.get("/v2/%ff/tags/list").expect(404);
    house.client.get("/v2/7/..%2f..%2fetc/tags/list").refused(400, "NAME_INVALID");
    house.client.post(&format!("/v2/7/a/blobs/{}", digest(b""))).refused(405, "UNSUPPORTED");
    house.client.patch("/v2/7/a/tags/list", b"").refused(405, "UNSUPPORTED");
}

#[test]
fn many_read_one_connection_each_while_others_write() {
    let house = House::with(options());
    let bytes = noise(9, 2_000_000);
    let digest = house.client.push_blob("7/a", &bytes);
    std::thread::scope(|scope| {
        for seed in 0..6 {
            let (client, path, bytes) = (&house.client, format!("/v2/7/a/blobs/{digest}"), &bytes);
            scope.spawn(move || assert_eq!(client.get(&path).expect(200).body, *bytes));
            scope.spawn(move || client.push_blob("7/a", &noise(100 + seed, 400_000)));
        }
    });
}
