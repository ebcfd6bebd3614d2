//! What was pushed about a manifest.

use crate::client::digest;
use crate::house::{CONFIG, House, INDEX, OCI, options};

fn about(house: &House, subject: &str, kind: Option<&str>, note: &str) -> String {
    let config = house.client.push_blob("7/a", b"{}");
    let mut manifest = serde_json::json!({
        "schemaVersion": 2, "mediaType": OCI, "layers": [],
        "config": { "mediaType": CONFIG, "digest": config, "size": 2 },
        "subject": { "mediaType": OCI, "digest": subject, "size": 1 },
        "annotations": { "note": note },
    });
    if let Some(kind) = kind {
        manifest["artifactType"] = kind.into();
    }
    let bytes = manifest.to_string();
    let reply =
        house.client.put_manifest("7/a", &digest(bytes.as_bytes()), OCI, bytes.as_bytes()).expect(201);
    assert_eq!(reply.header("oci-subject"), Some(subject));
    digest(bytes.as_bytes())
}

fn listed(reply: &crate::client::Reply) -> Vec<String> {
    assert_eq!(reply.header("content-type"), Some(INDEX));
    let index = reply.json();
    assert_eq!((&index["schemaVersion"], &index["mediaType"]), (&2.into(), &INDEX.into()));
    index["manifests"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["digest"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn a_subject_need_not_be_there_and_its_list_is_never_missing() {
    let house = House::open();
    let subject = digest(b"nobody");
    assert!(listed(&house.client.get(&format!("/v2/7/a/referrers/{subject}")).expect(200)).is_empty());
    let about = about(&house, &subject, None, "x");
    let reply = house.client.get(&format!("/v2/7/a/referrers/{subject}")).expect(200);
    assert_eq!(listed(&reply), [about]);
    assert_eq!(reply.header("oci-filters-applied"), None);
    house.client.get("/v2/7/a/referrers/sha256:12").refused(400, "DIGEST_INVALID");
}

#[test]
fn the_list_says_what_each_is() {
    let house = House::open();
    let subject = digest(b"nobody");
    let (named, plain) = (about(&house, &subject, Some("a/b+c"), "1"), about(&house, &subject, None, "2"));
    let index = serde_json::json!({
        "schemaVersion": 2, "mediaType": INDEX, "manifests": [],
        "subject": { "mediaType": OCI, "digest": subject, "size": 1 },
    })
    .to_string();
    house.client.put_manifest("7/a", "index", INDEX, index.as_bytes()).expect(201);
    let all = house.client.get(&format!("/v2/7/a/referrers/{subject}")).expect(200).json();
    let one = |digest: &str| {
        let all = all["manifests"].as_array().unwrap();
        all.iter().find(|one| one["digest"] == digest).unwrap().clone()
    };
    assert_eq!(one(&named)["artifactType"], "a/b+c");
    assert_eq!(one(&named)["annotations"]["note"], "1");
    assert_eq!(one(&named)["mediaType"], OCI);
    assert_eq!(one(&plain)["artifactType"], CONFIG, "an image without a type of its own");
    let listed_index = one(&digest(index.as_bytes()));
    assert_eq!((listed_index.get("artifactType"), &listed_index["size"]), (None, &index.len().into()));
}

#[test]
fn the_list_is_filtered_and_paged() {
    let house = House::with(assay_registry::RegistryOptions { page: 3, ..options() });
    let subject = digest(b"nobody");
    let mut wanted: Vec<_> =
        (0..5).map(|at| about(&house, &subject, Some("a/b+c"), &at.to_string())).collect();
    about(&house, &subject, Some("other"), "x");
    wanted.sort();
    let mut found = Vec::new();
    let mut next = Some(format!("/v2/7/a/referrers/{subject}?n=2&artifactType=a%2Fb%2Bc"));
    while let Some(path) = next {
        let reply = house.client.get(&path).expect(200);
        assert_eq!(reply.header("oci-filters-applied"), Some("artifactType"));
        assert!(listed(&reply).len() <= 2);
        found.extend(listed(&reply));
        next = reply.next();
    }
    assert_eq!(found, wanted);
    let first = house.client.get(&format!("/v2/7/a/referrers/{subject}?n=100")).expect(200);
    assert_eq!(listed(&first).len(), 3, "no page is longer than the registry's");
    assert_eq!(listed(&house.client.get(&first.next().unwrap()).expect(200)).len(), 3);
}

#[test]
fn what_was_kept_under_the_fallback_tag_is_folded_in() {
    let house = House::open();
    let subject = digest(b"nobody");
    let native = about(&house, &subject, Some("native"), "1");
    let old = house.push_image("7/a", "old", &[b"signature"]);
    let entry = |digest: &str, kind: &str| serde_json::json!({ "mediaType": OCI, "digest": digest, "size": 9, "artifactType": kind });
    let index = serde_json::json!({
        "schemaVersion": 2, "mediaType": INDEX, "manifests": [entry(&old, "old"), entry(&native, "lie")],
    });
    let tag = subject.replace(':', "-");
    house.client.put_manifest("7/a", &tag, INDEX, index.to_string().as_bytes()).expect(201);
    let mut both = [native.clone(), old.clone()];
    both.sort();
    let all = house.client.get(&format!("/v2/7/a/referrers/{subject}")).expect(200);
    assert_eq!(listed(&all), both);
    assert!(!String::from_utf8(all.body).unwrap().contains("lie"), "our own record is believed");
    let filtered = house.client.get(&format!("/v2/7/a/referrers/{subject}?artifactType=old")).expect(200);
    assert_eq!(listed(&filtered), [old]);
}

#[test]
fn a_long_list_is_cut_where_clients_would_stop_reading() {
    let house = House::open();
    let subject = digest(b"nobody");
    let long = "x".repeat(1 << 20);
    let mut wanted: Vec<_> = (0..5).map(|at| about(&house, &subject, None, &format!("{at}{long}"))).collect();
    wanted.sort();
    let mut found = Vec::new();
    let mut next = Some(format!("/v2/7/a/referrers/{subject}"));
    while let Some(path) = next {
        let reply = house.client.get(&path).expect(200);
        assert!(reply.body.len() < 4 << 20);
        found.extend(listed(&reply));
        next = reply.next();
    }
    assert_eq!(found, wanted);
}

#[test]
fn a_deleted_manifest_refers_to_nothing() {
    let house = House::open();
    let subject = digest(b"nobody");
    let about = about(&house, &subject, None, "x");
    house.client.delete(&format!("/v2/7/a/manifests/{about}")).expect(202);
    assert!(listed(&house.client.get(&format!("/v2/7/a/referrers/{subject}")).expect(200)).is_empty());
}

/// A client's own index may name one large manifest any number of times.
#[test]
#[allow(clippy::disallowed_methods, reason = "what is measured is the machine's time")]
fn a_fallback_index_costs_no_more_than_a_page() {
    let house = House::open();
    let subject = digest(b"nobody");
    let large = about(&house, &digest(b"another"), None, &"x".repeat(3 << 20));
    let entries: Vec<_> =
        (0..9_000).map(|_| serde_json::json!({ "mediaType": OCI, "digest": large, "size": 9 })).collect();
    let index = serde_json::json!({ "schemaVersion": 2, "mediaType": INDEX, "manifests": entries });
    let tag = subject.replace(':', "-");
    house.client.put_manifest("7/a", &tag, INDEX, index.to_string().as_bytes()).expect(201);
    let begun = std::time::Instant::now();
    let all = house.client.get(&format!("/v2/7/a/referrers/{subject}")).expect(200);
    assert_eq!(listed(&all), [large]);
    assert!(begun.elapsed().as_secs() < 5, "each entry read whole would be 27 GB");
}
