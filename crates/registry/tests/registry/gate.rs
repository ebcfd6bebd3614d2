//! Who is let in, and what those are told who are not.

use crate::client::{Client, Reply, Sent, digest};
use crate::house::{House, OCI, options};

/// Every endpoint with the actions its challenge has to name.
fn endpoints() -> Vec<(&'static str, String, &'static str)> {
    let (blob, upload) = (digest(b"bytes"), "00000000-0000-0000-0000-000000000001");
    vec![
        ("GET", format!("blobs/{blob}"), "pull"),
        ("HEAD", format!("blobs/{blob}"), "pull"),
        ("GET", "manifests/latest".into(), "pull"),
        ("HEAD", "manifests/latest".into(), "pull"),
        ("GET", "tags/list".into(), "pull"),
        ("GET", format!("referrers/{blob}"), "pull"),
        ("POST", "blobs/uploads/".into(), "pull,push"),
        ("GET", format!("blobs/uploads/{upload}"), "pull,push"),
        ("PATCH", format!("blobs/uploads/{upload}"), "pull,push"),
        ("PUT", format!("blobs/uploads/{upload}?digest={blob}"), "pull,push"),
        ("DELETE", format!("blobs/uploads/{upload}"), "pull,push"),
        ("PUT", "manifests/latest".into(), "pull,push"),
        ("DELETE", "manifests/latest".into(), "delete"),
        ("DELETE", format!("blobs/{blob}"), "delete"),
    ]
}

fn ask(client: &Client, method: &str, path: &str) -> Reply {
    client.send(method, &format!("/v2/7/a/{path}"), &[("Content-Type", OCI)], Sent::Nothing)
}

#[test]
fn without_a_token_every_endpoint_says_which_one_to_get() {
    let house = House::guarded(options());
    for client in [house.client.clone(), house.as_user("expired")] {
        for (method, path, actions) in endpoints() {
            let reply = ask(&client, method, &path).expect(401);
            let wanted = format!(
                "Bearer realm=\"http://{}/token\",service=\"assay\",scope=\"repository:7/a:{actions}\"",
                client.address
            );
            assert_eq!(reply.header("www-authenticate"), Some(wanted.as_str()), "{method} {path}");
            assert!(method == "HEAD" || reply.code() == "UNAUTHORIZED");
        }
        let base = client.get("/v2/").refused(401, "UNAUTHORIZED");
        let wanted = format!("Bearer realm=\"http://{}/token\",service=\"assay\"", client.address);
        assert_eq!(base.header("www-authenticate"), Some(wanted.as_str()));
    }
}

#[test]
fn a_token_too_narrow_is_told_the_wider_scope() {
    let house = House::guarded(options());
    for (method, path, actions) in endpoints() {
        let reply = ask(&house.as_user("narrow"), method, &path);
        if actions == "pull" {
            assert!(matches!(reply.status, 200 | 404), "{method} {path}");
        } else {
            let wanted = format!("scope=\"repository:7/a:{actions}\",error=\"insufficient_scope\"");
            assert!(
                reply.expect(401).header("www-authenticate").unwrap().ends_with(&wanted),
                "{method} {path}"
            );
        }
    }
}

#[test]
fn what_may_be_seen_but_not_done_is_denied_and_what_may_not_be_seen_is_not_there() {
    let house = House::guarded(options());
    for (method, path, actions) in endpoints() {
        if actions != "pull" {
            let reply = ask(&house.as_user("reader"), method, &path);
            assert!(reply.refused(403, "DENIED").header("www-authenticate").is_none());
        }
        let reply = ask(&house.as_user("stranger"), method, &path).expect(404);
        assert!(method == "HEAD" || reply.code() == "NAME_UNKNOWN", "{method} {path}");
    }
}

#[test]
fn a_mount_is_told_of_both_rights_at_once() {
    let house = House::guarded(options());
    let path = format!("/v2/7/a/blobs/uploads/?mount={}&from=7/base", digest(b"x"));
    let reply = house.client.post(&path).refused(401, "UNAUTHORIZED");
    let wanted = ",scope=\"repository:7/a:pull,push repository:7/base:pull\"";
    assert!(reply.header("www-authenticate").unwrap().ends_with(wanted));
}

#[test]
fn who_is_too_fast_is_told_when_to_come_back() {
    let house = House::guarded(options());
    let reply = house.as_user("hasty").get("/v2/7/a/tags/list").refused(429, "TOOMANYREQUESTS");
    assert_eq!(reply.header("retry-after"), Some("7"));
}

#[test]
fn the_realm_is_the_configured_one_or_a_host_that_cannot_break_out_of_the_quotes() {
    let house = House::guarded(options());
    let reply = house.client.get_with("/v2/", &[("X-Forwarded-Host", "evil")]).expect(401);
    assert!(!reply.header("www-authenticate").unwrap().contains("evil"));
    let realm = Some("https://registry.example/token".to_owned());
    let house = House::guarded(assay_registry::RegistryOptions { realm, ..options() });
    let reply = house.client.get("/v2/").expect(401);
    assert!(
        reply
            .header("www-authenticate")
            .unwrap()
            .starts_with("Bearer realm=\"https://registry.example/token\",")
    );
}

#[test]
fn other_kinds_of_login_are_told_to_get_a_token() {
    let house = House::guarded(options());
    house
        .client
        .get_with("/v2/", &[("Authorization", "Basic YWxpY2U6c2VjcmV0")])
        .refused(401, "UNAUTHORIZED");
    house.client.get_with("/v2/", &[("Authorization", "bearer alice")]).expect(200);
}
