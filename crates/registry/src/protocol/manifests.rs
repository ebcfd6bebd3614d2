//! Manifests: pulled, pushed, deleted.

use std::sync::Arc;

use assay_core::digest::Algorithm;
use assay_core::registry::{
    Accepted, ManifestPush, Push, Reference, RepositoryAction, RepositoryName, StoredManifest, Tag,
};
use assay_core::{Actor, Digest, Fault};
use axum::body::Body;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE, ETAG, LOCATION, WARNING};
use axum::http::{HeaderValue, Method, Response, StatusCode};
use bytes::Bytes;

use super::answer::{CONTENT_DIGEST, OCI_SUBJECT, OCI_TAG, Trouble, empty, set};
use super::{Answer, Ask, body, pull};
use crate::files::digest_of;
use crate::manifest::{CachedManifest, Document, parse};
use crate::registry::{Registry, owner};

/// Bytes of warnings at most, all headers together.
const WARNING_BYTES: usize = 4096;

pub(super) async fn pull(ask: &Ask, name: RepositoryName, reference: Reference) -> Answer {
    ask.admit(&name, RepositoryAction::Pull)?;
    let wanted = reference.to_string();
    let manifest = match ask.registry.manifests.find(name.as_str(), &wanted) {
        Some(manifest) => manifest,
        None => ask.blocking(move |registry| look_up(registry, &name, &reference, &wanted)).await?,
    };
    let known = manifest.etag.to_str().is_ok_and(|etag| pull::is_known(ask, etag));
    if known { Ok(pull::not_modified(&manifest.digest)) } else { Ok(show(&manifest, &ask.parts.method)) }
}

pub(super) async fn push(ask: &Ask, name: RepositoryName, reference: Reference, body: Body) -> Answer {
    let actor = ask.admit(&name, RepositoryAction::Push)?;
    let tags = tags(ask, &reference)?;
    let announced = ask.header(&CONTENT_TYPE).map(str::to_owned);
    let bytes = body::gather(ask, body, ask.registry.options.manifest_bytes).await?;
    let accepting = ask.blocking(move |registry| {
        let push = read(registry, name, &reference, tags, actor, announced.as_deref(), bytes)?;
        let accepted = registry.parts.desk.accept(&push)?;
        registry.forget(&push.push.repository);
        Ok((push, accepted))
    });
    let (push, accepted) = accepting.await?;
    Ok(created(&push, &accepted))
}

pub(super) async fn delete(ask: &Ask, name: RepositoryName, reference: Reference) -> Answer {
    let actor = ask.admit(&name, RepositoryAction::Delete)?;
    if !ask.registry.options.deletes {
        return Err(Trouble::unsupported("deleting is switched off here"));
    }
    let deleted = ask.blocking(move |registry| {
        let now = registry.parts.clock.now();
        let deleted = registry.write_in(&name, |records, repository| {
            Ok(Some(match &reference {
                Reference::Tag(tag) => records.delete_tag(repository, tag, &actor, now)?,
                Reference::Digest(digest) => {
                    registry.parts.desk.let_go(records, repository, digest)?;
                    records.delete_manifest(repository, digest, &actor, now)?
                }
            }))
        })?;
        registry.forget(&name);
        Ok(deleted)
    });
    if deleted.await? == Some(true) {
        Ok(empty(StatusCode::ACCEPTED))
    } else {
        Err(Trouble::manifest_unknown())
    }
}

/// Reads a manifest from the records and keeps it at hand under the reference it was asked by.
fn look_up(
    registry: &Registry,
    name: &RepositoryName,
    reference: &Reference,
    wanted: &str,
) -> Result<Arc<CachedManifest>, Trouble> {
    let moment = registry.manifests.moment();
    let stored = registry.read_in(name, |records, repository| {
        let digest = match reference {
            Reference::Digest(digest) => Some(digest.clone()),
            Reference::Tag(tag) => records.tag(repository, tag)?,
        };
        digest.map_or(Ok(None), |digest| records.manifest(repository, &digest))
    })?;
    let manifest = Arc::new(ready(stored.ok_or_else(Trouble::manifest_unknown)?)?);
    registry.manifests.keep(moment, name.as_str(), wanted, &manifest);
    Ok(manifest)
}

fn ready(stored: StoredManifest) -> Result<CachedManifest, Fault> {
    let header = |text: &str| {
        HeaderValue::from_str(text).map_err(|cause| Fault::new("registry", "describing a manifest", cause))
    };
    Ok(CachedManifest {
        digest_header: header(&stored.digest.to_string())?,
        etag: header(&pull::etag(&stored.digest))?,
        media_type: header(&stored.media_type)?,
        digest: stored.digest,
        bytes: Bytes::from(stored.bytes),
    })
}

fn show(manifest: &CachedManifest, method: &Method) -> Response<Body> {
    let mut answer = Response::new(match *method {
        Method::HEAD => Body::empty(),
        _ => Body::from(manifest.bytes.clone()),
    });
    let headers = answer.headers_mut();
    headers.insert(CONTENT_TYPE, manifest.media_type.clone());
    headers.insert(CONTENT_LENGTH, manifest.bytes.len().into());
    headers.insert(CONTENT_DIGEST, manifest.digest_header.clone());
    headers.insert(ETAG, manifest.etag.clone());
    answer
}

/// The tag in the path, or those in the query beside a digest.
fn tags(ask: &Ask, reference: &Reference) -> Result<Vec<Tag>, Trouble> {
    let malformed = |cause| Trouble::new(StatusCode::BAD_REQUEST, "MANIFEST_INVALID", format!("{cause}"));
    let mut tags = match reference {
        Reference::Tag(tag) => vec![tag.clone()],
        Reference::Digest(_) => Vec::new(),
    };
    for text in ask.parameters("tag") {
        let tag: Tag = text.parse().map_err(|cause: assay_core::registry::MalformedTag| malformed(cause))?;
        if !tags.contains(&tag) {
            tags.push(tag);
        }
    }
    if tags.len() > ask.registry.options.tags_at_once {
        let message = format!("at most {} tags at once", ask.registry.options.tags_at_once);
        return Err(Trouble::new(StatusCode::URI_TOO_LONG, "UNSUPPORTED", message));
    }
    Ok(tags)
}

fn read(
    registry: &Registry,
    repository: RepositoryName,
    reference: &Reference,
    tags: Vec<Tag>,
    actor: Actor,
    announced: Option<&str>,
    bytes: Vec<u8>,
) -> Result<ManifestPush, Trouble> {
    let digest = checked_digest(reference, &bytes)?;
    let Document { media_type, links, subject, artifact_type, annotations } =
        parse(&bytes, announced, registry.options.manifest_links).map_err(|problem| {
            Trouble::new(StatusCode::BAD_REQUEST, "MANIFEST_INVALID", problem.to_string())
        })?;
    let org = owner(&repository, &actor);
    let (size, at) = (bytes.len() as u64, registry.parts.clock.now());
    let push = Push { repository, org, digest, tags, media_type, size, actor, at };
    Ok(ManifestPush { push, bytes, links, subject, artifact_type, annotations })
}

fn checked_digest(reference: &Reference, bytes: &[u8]) -> Result<Digest, Trouble> {
    match reference {
        Reference::Tag(_) => Ok(digest_of(Algorithm::Sha256, bytes)),
        Reference::Digest(wanted) => {
            let found = digest_of(wanted.algorithm(), bytes);
            if found == *wanted {
                Ok(found)
            } else {
                Err(Trouble::digest_invalid(format!("the manifest's digest is {found}, not {wanted}")))
            }
        }
    }
}

fn created(push: &ManifestPush, accepted: &Accepted) -> Response<Body> {
    let Push { repository, digest, tags, .. } = &push.push;
    let mut answer = empty(StatusCode::CREATED);
    set(&mut answer, LOCATION, format!("/v2/{repository}/manifests/{digest}"));
    set(&mut answer, CONTENT_DIGEST, digest.to_string());
    if let Some(subject) = &push.subject {
        set(&mut answer, OCI_SUBJECT, subject.to_string());
    }
    for tag in tags {
        set(&mut answer, OCI_TAG, tag.as_str());
    }
    if let Some(notice) = &accepted.notice {
        set(&mut answer, WARNING, format!("299 - \"{}\"", quotable(notice)));
    }
    answer
}

/// The text as it can stand within the quotes of a header.
fn quotable(text: &str) -> String {
    let fits = |char: &char| *char == ' ' || char.is_ascii_graphic();
    let plain = |char: char| if matches!(char, '"' | '\\') { '\'' } else { char };
    text.chars().filter(fits).map(plain).take(WARNING_BYTES - "Warning: 299 - \"\"".len()).collect()
}
