//! Tags and repositories, in pages.

use crate::client::Client;
use crate::house::{House, options};

fn pages(client: &Client, first: &str, key: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut next = Some(first.to_owned());
    while let Some(path) = next {
        let reply = client.get(&path).expect(200);
        found
            .extend(reply.json()[key].as_array().unwrap().iter().map(|one| one.as_str().unwrap().to_owned()));
        next = reply.next();
    }
    found
}

#[test]
fn tags_come_in_order_and_in_pages() {
    let house = House::open();
    house.client.get("/v2/7/a/tags/list").refused(404, "NAME_UNKNOWN");
    for tag in ["b", "a", "B", "_", "1.0", "10", "2"] {
        house.push_image("7/a", tag, &[]);
    }
    let sorted = ["1.0", "10", "2", "B", "_", "a", "b"];
    let all = house.client.get("/v2/7/a/tags/list").expect(200);
    assert_eq!(all.json(), serde_json::json!({ "name": "7/a", "tags": sorted }));
    assert_eq!(all.next(), None);
    for n in 1..9 {
        assert_eq!(pages(&house.client, &format!("/v2/7/a/tags/list?n={n}"), "tags"), sorted);
    }
    assert_eq!(
        pages(&house.client, "/v2/7/a/tags/list?last=B", "tags"),
        ["_", "a", "b"],
        "without the one named"
    );
    assert_eq!(
        pages(&house.client, "/v2/7/a/tags/list?last=C", "tags"),
        ["_", "a", "b"],
        "it need not be there"
    );
    let none = house.client.get("/v2/7/a/tags/list?n=0").expect(200);
    assert_eq!((none.json()["tags"].as_array().unwrap().len(), none.next()), (0, None));
    house.client.get("/v2/7/a/tags/list?n=x").refused(400, "UNSUPPORTED");
}

#[test]
fn a_repository_without_tags_is_still_one() {
    let house = House::open();
    let digest = house.push_image("7/a", "latest", &[]);
    house.client.delete("/v2/7/a/manifests/latest").expect(202);
    house.client.ask(&format!("/v2/7/a/manifests/{digest}")).expect(200);
    assert_eq!(house.client.get("/v2/7/a/tags/list").expect(200).json()["tags"], serde_json::json!([]));
}

#[test]
fn the_catalog_shows_what_the_caller_may_see() {
    let house = House::guarded(assay_registry::RegistryOptions { page: 100, ..options() });
    let alice = house.as_user("alice");
    for name in ["8/x", "7/b", "7/a", "8/y", "7/c"] {
        alice.push_blob(name, b"x");
    }
    assert_eq!(pages(&alice, "/v2/_catalog?n=2", "repositories"), ["7/a", "7/b", "7/c", "8/x", "8/y"]);
    assert_eq!(pages(&alice, "/v2/_catalog?last=7/b", "repositories"), ["7/c", "8/x", "8/y"]);
    assert_eq!(pages(&house.as_user("stranger"), "/v2/_catalog?n=1", "repositories"), ["8/x", "8/y"]);
    let refused = house.client.get("/v2/_catalog").refused(401, "UNAUTHORIZED");
    assert!(refused.header("www-authenticate").unwrap().ends_with(",scope=\"registry:catalog:*\""));
}
