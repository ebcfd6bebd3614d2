//! What a client does at a registry: log in, push and pull blobs and manifests.

use std::io;
use std::net::SocketAddr;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use sha2::{Digest as _, Sha256};

use super::http::{Answer, Connection};

/// Media type of an image's manifest.
pub const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";

/// One client at one repository.
pub struct Repository {
    pub connection: Connection,
    pub name: String,
}

/// Who logs in.
#[derive(Clone, Copy)]
pub struct Login<'a> {
    pub user: &'a str,
    pub password: &'a str,
}

impl Repository {
    /// At this registry, logged in when it asks for that.
    pub fn at(address: SocketAddr, name: &str, login: Option<Login<'_>>) -> io::Result<Self> {
        let mut connection = Connection::to(address);
        if let Some(login) = login {
            connection.authorization = token(&mut connection, name, login)?;
        }
        Ok(Self { connection, name: name.to_owned() })
    }

    /// Opens an upload and gives where it goes on.
    pub fn open_upload(&mut self) -> io::Result<String> {
        let target = format!("/v2/{}/blobs/uploads/", self.name);
        self.connection.ask("POST", &target, &[], b"")?.expect(202)?.location()
    }

    /// Pushes a blob in one piece.
    pub fn push(&mut self, digest: &str, bytes: &[u8]) -> io::Result<()> {
        let upload = self.open_upload()?;
        self.close_upload(&upload, digest, bytes)
    }

    /// Pushes a blob in pieces of `size`, each with its range.
    pub fn push_in_pieces(&mut self, digest: &str, bytes: &[u8], size: usize) -> io::Result<()> {
        let mut upload = self.open_upload()?;
        for (at, piece) in bytes.chunks(size).enumerate() {
            let range = format!("{}-{}", at * size, at * size + piece.len() - 1);
            upload = self.append(&upload, &[("Content-Range", &range)], piece)?;
        }
        self.close_upload(&upload, digest, b"")
    }

    /// Pushes a blob as docker, podman and skopeo do: everything in one PATCH, then an empty PUT.
    pub fn push_as_stream(&mut self, digest: &str, bytes: &[u8]) -> io::Result<()> {
        let upload = self.open_upload()?;
        let upload = self.append(&upload, &[], bytes)?;
        self.close_upload(&upload, digest, b"")
    }

    /// Appends to an upload and gives where it goes on.
    pub fn append(&mut self, upload: &str, headers: &[(&str, &str)], piece: &[u8]) -> io::Result<String> {
        let binary = [("Content-Type", "application/octet-stream")];
        let headers = [&binary, headers].concat();
        self.connection.ask("PATCH", upload, &headers, piece)?.expect(202)?.location()
    }

    /// Ends an upload with its last bytes.
    pub fn close_upload(&mut self, upload: &str, digest: &str, bytes: &[u8]) -> io::Result<()> {
        let mark = if upload.contains('?') { '&' } else { '?' };
        let target = format!("{upload}{mark}digest={digest}");
        let binary = [("Content-Type", "application/octet-stream")];
        self.connection.ask("PUT", &target, &binary, bytes)?.expect(201)?;
        Ok(())
    }

    /// Pushes a manifest under a tag or its digest.
    pub fn push_manifest(&mut self, reference: &str, manifest: &[u8]) -> io::Result<Answer> {
        let target = format!("/v2/{}/manifests/{reference}", self.name);
        self.connection.ask("PUT", &target, &[("Content-Type", MANIFEST)], manifest)?.expect(201)
    }

    /// Fetches a manifest; none when there is none.
    pub fn manifest(&mut self, reference: &str) -> io::Result<Option<Vec<u8>>> {
        let target = format!("/v2/{}/manifests/{reference}", self.name);
        let answer = self.connection.ask("GET", &target, &[("Accept", MANIFEST)], b"")?;
        if answer.status == 404 { Ok(None) } else { Ok(Some(answer.expect(200)?.body)) }
    }

    /// What a tag names, as the registry says in its header; none when there is no such tag.
    pub fn digest_of_tag(&mut self, tag: &str) -> io::Result<Option<String>> {
        let target = format!("/v2/{}/manifests/{tag}", self.name);
        let kinds = format!("{MANIFEST}, application/vnd.docker.distribution.manifest.v2+json");
        let answer = self.connection.ask("HEAD", &target, &[("Accept", &kinds)], b"")?;
        if answer.status == 404 {
            return Ok(None);
        }
        Ok(answer.expect(200)?.header("docker-content-digest").map(str::to_owned))
    }

    /// Fetches a blob and gives its digest; none when there is none.
    pub fn digest_of_blob(&mut self, digest: &str) -> io::Result<Option<String>> {
        let target = format!("/v2/{}/blobs/{digest}", self.name);
        let mut hash = Sha256::new();
        let answer = self.connection.pour("GET", &target, &[], b"", &mut |piece| hash.update(piece))?;
        if answer.status == 404 {
            return Ok(None);
        }
        answer.expect(200)?;
        Ok(Some(named(&hash.finalize())))
    }
}

/// The bytes' address.
pub fn digest(bytes: &[u8]) -> String {
    named(&Sha256::digest(bytes))
}

/// A finished hash, written as an address.
pub fn named(hash: &[u8]) -> String {
    let hex: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256:{hex}")
}

/// A manifest of one configuration and some layers, with a note that makes it one of a kind.
pub fn manifest(config: (&str, usize), layers: &[(String, usize)], note: &str) -> Vec<u8> {
    let layers: Vec<_> = layers
        .iter()
        .map(|(digest, size)| {
            serde_json::json!({
                "mediaType": "application/vnd.oci.image.layer.v1.tar+gzip", "digest": digest, "size": size
            })
        })
        .collect();
    let manifest = serde_json::json!({
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "config": {
            "mediaType": "application/vnd.oci.image.config.v1+json", "digest": config.0, "size": config.1
        },
        "layers": layers,
        "annotations": { "org.opencontainers.image.version": note },
    });
    serde_json::to_vec(&manifest).unwrap()
}

/// Asks for a pass to one repository the way the registry tells; none when it wants none.
fn token(connection: &mut Connection, name: &str, login: Login<'_>) -> io::Result<Option<String>> {
    let answer = connection.ask("GET", "/v2/", &[], b"")?;
    if answer.status == 200 {
        return Ok(None);
    }
    let answer = answer.expect(401)?;
    let challenge = answer.header("www-authenticate").unwrap_or_default();
    let word = |name: &str| {
        let rest = challenge.split_once(&format!("{name}=\""))?.1;
        rest.split('"').next()
    };
    let (Some(realm), Some(service)) = (word("realm"), word("service")) else {
        return Err(io::Error::other(format!("a challenge without realm or service: {challenge}")));
    };
    let path = realm.split_once("://").map_or(realm, |(_, rest)| &rest[rest.find('/').unwrap_or(0)..]);
    let target = format!("{path}?service={service}&scope=repository:{name}:pull,push,delete");
    let basic = BASE64_STANDARD.encode(format!("{}:{}", login.user, login.password));
    let basic = format!("Basic {basic}");
    let answer = connection.ask("GET", &target, &[("Authorization", &basic)], b"")?.expect(200)?;
    let answer: serde_json::Value = serde_json::from_slice(&answer.body)?;
    let token = answer["token"].as_str().ok_or_else(|| io::Error::other("an answer without token"))?;
    Ok(Some(format!("Bearer {token}")))
}
