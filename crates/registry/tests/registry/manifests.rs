//! Manifests: pushed by tag or digest, kept to the byte, pulled.

use crate::client::{Sent, digest, digest512, noise};
use crate::house::{CONFIG, House, INDEX, OCI, image, options};

const DOCKER: &str = "application/vnd.docker.distribution.manifest.v2+json";
const DOCKER_LIST: &str = "application/vnd.docker.distribution.manifest.list.v2+json";

#[test]
fn bytes_and_type_come_back_as_they_were_pushed() {
    let house = House::open();
    let config = house.client.push_blob("7/a", b"{}");
    let bytes = format!(
        "{{ \"schemaVersion\":2,\n\t\"layers\" : [], \"unknown\": {{\"é\": 1}},\"config\":{{\"digest\":\"{config}\",\
         \"size\":2,\"mediaType\":\"{CONFIG}\",\"data\":\"e30=\"}}}}  "
    );
    let typed = format!("{OCI}; charset=utf-8");
    let reply = house.client.put_manifest("7/a", "latest", &typed, bytes.as_bytes()).expect(201);
    let found = digest(bytes.as_bytes());
    assert_eq!(reply.header("docker-content-digest"), Some(found.as_str()));
    assert_eq!(reply.location(), format!("/v2/7/a/manifests/{found}"));
    assert_eq!(reply.all("oci-tag"), ["latest"]);
    for reference in ["latest", &found, "latest"] {
        let path = format!("/v2/7/a/manifests/{reference}");
        let reply = house.client.get(&path).expect(200);
        assert_eq!(reply.body, bytes.as_bytes());
        let asked = house.client.ask(&path).expect(200);
        assert!(asked.body.is_empty());
        for reply in [&reply, &asked] {
            assert_eq!(reply.header("content-type"), Some(OCI), "without parameters");
            assert_eq!(reply.header("docker-content-digest"), Some(found.as_str()));
            assert_eq!(reply.header("content-length"), Some(bytes.len().to_string().as_str()));
            assert_eq!(reply.header("etag"), Some(format!("\"{found}\"").as_str()));
        }
        let tag = format!("\"{found}\"");
        house.client.get_with(&path, &[("If-None-Match", &tag)]).expect(304);
    }
}

#[test]
fn nothing_is_converted_whatever_the_client_would_like() {
    let house = House::open();
    house.push_image("7/a", "latest", &[b"layer"]);
    let accept = [("Accept", DOCKER), ("Accept", DOCKER_LIST), ("Accept", "application/json")];
    let reply = house.client.get_with("/v2/7/a/manifests/latest", &accept).expect(200);
    assert_eq!(reply.header("content-type"), Some(OCI));
}

#[test]
fn a_digest_in_the_path_has_to_be_right() {
    let house = House::open();
    let manifest = image(&house.client.push_blob("7/a", b"{}"), &[]);
    for right in [digest(&manifest), digest512(&manifest)] {
        let reply = house.client.put_manifest("7/a", &right, OCI, &manifest).expect(201);
        assert_eq!(reply.header("docker-content-digest"), Some(right.as_str()));
        assert_eq!(house.client.get(&reply.location()).expect(200).body, manifest);
    }
    for wrong in [digest(b""), digest512(b""), "sha256:0".into()] {
        house.client.put_manifest("7/a", &wrong, OCI, &manifest).refused(400, "DIGEST_INVALID");
    }
    house.client.put_manifest("7/a", ".bad", OCI, &manifest).refused(400, "MANIFEST_INVALID");
}

#[test]
fn a_digest_may_come_with_tags() {
    let house = House::open();
    let manifest = image(&house.client.push_blob("7/a", b"{}"), &[]);
    let found = digest(&manifest);
    let put = |query: &str| house.client.put_manifest("7/a", &format!("{found}?{query}"), OCI, &manifest);
    assert_eq!(put("tag=1.2&tag=1&tag=1").expect(201).all("oci-tag"), ["1.2", "1"]);
    assert_eq!(
        house.client.ask("/v2/7/a/manifests/1.2").expect(200).header("docker-content-digest"),
        Some(&*found)
    );
    put("tag=ok&tag=.bad").refused(400, "MANIFEST_INVALID");
    house.client.ask("/v2/7/a/manifests/ok").expect(404);
    let many: Vec<String> = (0..65).map(|at| format!("tag=t{at}")).collect();
    put(&many.join("&")).refused(414, "UNSUPPORTED");
}

#[test]
fn what_a_manifest_points_to_has_to_be_there() {
    let house = House::open();
    let (config, layer) = (digest(b"{}"), digest(b"layer"));
    let manifest = image(&config, &[(layer.clone(), 5)]);
    let put = || house.client.put_manifest("7/a", "latest", OCI, &manifest);
    let reply = put().refused(404, "MANIFEST_BLOB_UNKNOWN");
    assert!(String::from_utf8(reply.body).unwrap().contains(&layer));
    house.client.push_blob("7/a", b"{}");
    house.client.push_blob("7/b", b"layer");
    put().refused(404, "MANIFEST_BLOB_UNKNOWN");
    house.client.get("/v2/7/a/manifests/latest").refused(404, "MANIFEST_UNKNOWN");
    house.client.push_blob("7/a", b"layer");
    put().expect(201);
    let index = |child: &str| {
        let child = serde_json::json!({ "mediaType": OCI, "digest": child, "size": 1 });
        serde_json::json!({ "schemaVersion": 2, "mediaType": INDEX, "manifests": [child] }).to_string()
    };
    let missing = index(&digest(b"?"));
    house.client.put_manifest("7/a", "all", INDEX, missing.as_bytes()).refused(404, "MANIFEST_BLOB_UNKNOWN");
    let first = index(&digest(&manifest));
    house.client.put_manifest("7/a", "all", INDEX, first.as_bytes()).expect(201);
    let nested = index(&digest(first.as_bytes()));
    house.client.put_manifest("7/a", "nested", INDEX, nested.as_bytes()).expect(201);
}

#[test]
fn foreign_layers_need_not_be_there() {
    let house = House::open();
    let config = house.client.push_blob("7/a", b"{}");
    for foreign in [
        "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip",
        "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip",
    ] {
        let layer = serde_json::json!({ "mediaType": foreign, "digest": digest(b"far"), "size": 3, "urls": ["https://x"] });
        let config = serde_json::json!({ "mediaType": CONFIG, "digest": config, "size": 2 });
        let manifest =
            serde_json::json!({ "schemaVersion": 2, "config": config, "layers": [layer] }).to_string();
        house.client.put_manifest("7/a", "foreign", OCI, manifest.as_bytes()).expect(201);
    }
}

#[test]
fn dockers_types_are_taken_and_its_first_schema_is_not() {
    let house = House::open();
    let config = house.client.push_blob("7/a", b"{}");
    let docker = String::from_utf8(image(&config, &[])).unwrap().replace(OCI, DOCKER);
    house.client.put_manifest("7/a", "docker", DOCKER, docker.as_bytes()).expect(201);
    assert_eq!(house.client.get("/v2/7/a/manifests/docker").expect(200).header("content-type"), Some(DOCKER));
    let list =
        serde_json::json!({ "schemaVersion": 2, "mediaType": DOCKER_LIST, "manifests": [] }).to_string();
    house.client.put_manifest("7/a", "list", DOCKER_LIST, list.as_bytes()).expect(201);
    assert_eq!(
        house.client.get("/v2/7/a/manifests/list").expect(200).header("content-type"),
        Some(DOCKER_LIST)
    );
    let first = br#"{"schemaVersion":1,"name":"a","tag":"b","fsLayers":[],"history":[]}"#;
    for kind in ["v1+json", "v1+prettyjws"] {
        let kind = format!("application/vnd.docker.distribution.manifest.{kind}");
        house.client.put_manifest("7/a", "first", &kind, first).refused(400, "MANIFEST_INVALID");
    }
}

#[test]
fn malformed_manifests_are_refused() {
    let house = House::open();
    let config = house.client.push_blob("7/a", b"{}");
    let good = String::from_utf8(image(&config, &[])).unwrap();
    let deep = format!("{{\"schemaVersion\":2,\"a\":{}", "[".repeat(100_000));
    let both = good.replacen('{', "{\"manifests\":[],", 1);
    let doubled = good.replacen('{', &format!("{{\"mediaType\":\"{OCI}\","), 1);
    let cases = [
        ("", OCI),
        ("{}", OCI),
        ("[]", OCI),
        ("\u{0}", OCI),
        (deep.as_str(), OCI),
        (both.as_str(), OCI),
        (doubled.as_str(), OCI),
        (good.as_str(), INDEX),
        (good.as_str(), DOCKER),
        (good.as_str(), "application/json"),
        (&good.replace(OCI, "application/x"), "application/x"),
        (&good.replace("sha256", "sha1"), OCI),
        (&good.replace("\"size\":2", "\"size\":-2"), OCI),
        (&good.replace("\"schemaVersion\":2", "\"schemaVersion\":3"), OCI),
    ];
    for (text, kind) in cases {
        house.client.put_manifest("7/a", "bad", kind, text.as_bytes()).refused(400, "MANIFEST_INVALID");
    }
    house.client.get("/v2/7/a/manifests/bad").expect(404);
    // Without a content type the document speaks for itself.
    house.client.put("/v2/7/a/manifests/bare", good.as_bytes()).expect(201);
    assert_eq!(house.client.get("/v2/7/a/manifests/bare").expect(200).header("content-type"), Some(OCI));
}

#[test]
fn four_mebibytes_are_taken_and_one_byte_more_is_not() {
    let house = House::open();
    let config = house.client.push_blob("7/a", b"{}");
    let mut manifest = image(&config, &[]);
    manifest.resize(4 << 20, b' ');
    house.client.put_manifest("7/a", "big", OCI, &manifest).expect(201);
    assert_eq!(house.client.get("/v2/7/a/manifests/big").expect(200).body, manifest);
    manifest.push(b' ');
    house.client.put_manifest("7/a", "bigger", OCI, &manifest).refused(413, "SIZE_INVALID");
    let chunks = Sent::Chunked(manifest.chunks(100_000).collect());
    house
        .client
        .send("PUT", "/v2/7/a/manifests/bigger", &[("Content-Type", OCI)], chunks)
        .refused(413, "SIZE_INVALID");
}

#[test]
fn a_manifest_with_too_much_in_it_is_refused() {
    let house = House::with(assay_registry::RegistryOptions { manifest_links: 3, ..options() });
    house.push_image("7/a", "three", &[b"1", b"2"]);
    let config = house.client.push_blob("7/a", b"{}");
    let layers: Vec<_> =
        [b"1", b"2", b"3"].iter().map(|layer| (house.client.push_blob("7/a", *layer), 1)).collect();
    house.client.put_manifest("7/a", "four", OCI, &image(&config, &layers)).refused(400, "MANIFEST_INVALID");
    // The same layer many times is one thing.
    let same: Vec<_> = (0..50).map(|_| layers[0].clone()).collect();
    house.client.put_manifest("7/a", "same", OCI, &image(&config, &same)).expect(201);
}

#[test]
fn a_tag_shows_what_was_pushed_last_at_once() {
    let house = House::open();
    let mut digests = Vec::new();
    for seed in 0..5 {
        digests.push(house.push_image("7/a", "latest", &[&noise(seed, 10)]));
        let reply = house.client.get("/v2/7/a/manifests/latest").expect(200);
        assert_eq!(digest(&reply.body), *digests.last().unwrap());
    }
    for known in &digests {
        house.client.ask(&format!("/v2/7/a/manifests/{known}")).expect(200);
    }
    // Pushing the first again moves the tag back.
    house.push_image("7/a", "latest", &[&noise(0, 10)]);
    assert_eq!(digest(&house.client.get("/v2/7/a/manifests/latest").expect(200).body), digests[0]);
}

#[test]
fn an_image_says_of_which_layers_it_is_made_even_if_of_none() {
    let house = House::open();
    let config = house.client.push_blob("7/a", b"{}");
    let mut manifest = serde_json::json!({
        "schemaVersion": 2, "mediaType": crate::house::OCI,
        "config": { "mediaType": crate::house::CONFIG, "digest": config, "size": 2 },
    });
    let put = |manifest: &serde_json::Value| {
        house.client.put_manifest("7/a", "x", crate::house::OCI, manifest.to_string().as_bytes())
    };
    put(&manifest).refused(400, "MANIFEST_INVALID");
    manifest["layers"] = serde_json::json!([]);
    put(&manifest).expect(201);
}
