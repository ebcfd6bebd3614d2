//! The registry's protocol, each with a token for as much as they may have.

use super::scene::{OWNER, Scene, WHO};
use super::{Row, row};
use crate::repository::{MANIFEST, digest, manifest};

const NAME: &str = "2/swept";

/// Whoever sees the organization.
const PULL: [&str; 5] = ["401", "404", "200", "200", "200"];

pub fn rows() -> Vec<Row> {
    vec![
        row(
            "GET /v2/",
            |scene, who| ask(scene, who, "GET", "/v2/", b""),
            ["401", "200", "200", "200", "200"],
        ),
        row(
            "GET /v2/_catalog",
            |scene, who| ask(scene, who, "GET", "/v2/_catalog", b""),
            ["401", "403", "403", "403", "403"],
        ),
        row("POST /v2/{name...}/blobs/uploads/", open, push_as("202")),
        row(
            "GET /v2/{name...}/blobs/uploads/{session}",
            |scene, who| session(scene, who, "GET"),
            push_as("204"),
        ),
        row(
            "PATCH /v2/{name...}/blobs/uploads/{session}",
            |scene, who| session(scene, who, "PATCH"),
            push_as("202"),
        ),
        row(
            "PUT /v2/{name...}/blobs/uploads/{session}",
            |scene, who| session(scene, who, "PUT"),
            push_as("201"),
        ),
        row(
            "DELETE /v2/{name...}/blobs/uploads/{session}",
            |scene, who| session(scene, who, "DELETE"),
            push_as("204"),
        ),
        row("GET /v2/{name...}/blobs/{digest}", |scene, who| blob(scene, who, "GET"), PULL),
        row("HEAD /v2/{name...}/blobs/{digest}", |scene, who| blob(scene, who, "HEAD"), PULL),
        row("DELETE /v2/{name...}/blobs/{digest}", |scene, who| blob(scene, who, "DELETE"), push_as("202")),
        row("GET /v2/{name...}/manifests/{reference}", |scene, who| tagged(scene, who, "GET"), PULL),
        row("HEAD /v2/{name...}/manifests/{reference}", |scene, who| tagged(scene, who, "HEAD"), PULL),
        row("PUT /v2/{name...}/manifests/{reference}", put, push_as("201")),
        row(
            "DELETE /v2/{name...}/manifests/{reference}",
            |scene, who| tagged(scene, who, "DELETE"),
            push_as("202"),
        ),
        row("GET /v2/{name...}/tags/list", tags, PULL),
        row("GET /v2/{name...}/referrers/{digest}", referrers, PULL),
    ]
}

/// What whoever may push is told, and the others.
const fn push_as(status: &'static str) -> [&'static str; 5] {
    ["401", "404", status, "403", status]
}

fn ask(scene: &mut Scene, who: usize, method: &str, target: &str, body: &[u8]) -> String {
    let mut client = scene.client(who, NAME);
    client.connection.ask(method, target, &[], body).unwrap().status.to_string()
}

fn open(scene: &mut Scene, who: usize) -> String {
    ask(scene, who, "POST", &format!("/v2/{NAME}/blobs/uploads/"), b"")
}

/// Whoever may open an upload goes on with the own one, the others with the developer's.
fn session(scene: &mut Scene, who: usize, method: &str) -> String {
    let opener = if WHO[who] == "admin" { who } else { OWNER };
    let upload = scene.client(opener, NAME).open_upload().unwrap();
    let bytes = format!("{method} by {}", WHO[who]);
    let (target, body) = match method {
        "PUT" => {
            let mark = if upload.contains('?') { '&' } else { '?' };
            (format!("{upload}{mark}digest={}", digest(bytes.as_bytes())), bytes.as_bytes())
        }
        "PATCH" => (upload, bytes.as_bytes()),
        _ => (upload, &b""[..]),
    };
    ask(scene, who, method, &target, body)
}

/// A blob of its own for each.
fn blob(scene: &mut Scene, who: usize, method: &str) -> String {
    let bytes = format!("a blob for {} to {method}", WHO[who]);
    let digest = digest(bytes.as_bytes());
    scene.client(OWNER, NAME).push(&digest, bytes.as_bytes()).unwrap();
    ask(scene, who, method, &format!("/v2/{NAME}/blobs/{digest}"), b"")
}

/// Pushes a manifest under a tag; its digest.
pub fn pushed(scene: &mut Scene, tag: &str) -> String {
    let mut owner = scene.client(OWNER, NAME);
    owner.push(&digest(b"{}"), b"{}").unwrap();
    let manifest = manifest((&digest(b"{}"), 2), &[], tag);
    owner.push_manifest(tag, &manifest).unwrap();
    digest(&manifest)
}

fn tagged(scene: &mut Scene, who: usize, method: &str) -> String {
    let tag = format!("{}-{method}", WHO[who]);
    pushed(scene, &tag);
    ask(scene, who, method, &format!("/v2/{NAME}/manifests/{tag}"), b"")
}

fn put(scene: &mut Scene, who: usize) -> String {
    pushed(scene, "before");
    let manifest = manifest((&digest(b"{}"), 2), &[], WHO[who]);
    let mut client = scene.client(who, NAME);
    let target = format!("/v2/{NAME}/manifests/{}", WHO[who]);
    let answer = client.connection.ask("PUT", &target, &[("Content-Type", MANIFEST)], &manifest);
    answer.unwrap().status.to_string()
}

fn tags(scene: &mut Scene, who: usize) -> String {
    pushed(scene, "before");
    ask(scene, who, "GET", &format!("/v2/{NAME}/tags/list"), b"")
}

fn referrers(scene: &mut Scene, who: usize) -> String {
    let digest = pushed(scene, "before");
    ask(scene, who, "GET", &format!("/v2/{NAME}/referrers/{digest}"), b"")
}
