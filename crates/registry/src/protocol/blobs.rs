//! Blobs: asked for, pulled, deleted.

use std::fs::File;
use std::io::{Seek, SeekFrom};
use std::time::Duration;

use assay_core::registry::{RepositoryAction, RepositoryName, VisibleBlob};
use assay_core::{Digest, Fault, Refused};
use axum::body::Body;
use axum::http::header::{ACCEPT_RANGES, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, ETAG, IF_RANGE, RANGE};
use axum::http::{HeaderValue, Method, Response, StatusCode};
use jiff::Timestamp;

use super::answer::{CONTENT_DIGEST, Trouble, empty, set};
use super::range::ByteRange;
use super::{Answer, Ask, pull};
use crate::registry::Registry;

pub(super) async fn pull(ask: &Ask, name: RepositoryName, digest: Digest) -> Answer {
    ask.admit(&name, RepositoryAction::Pull)?;
    let asked = ask.parts.method == Method::HEAD;
    let wanted = digest.clone();
    let found = ask.blocking(move |registry| open(registry, &name, &wanted, asked)).await?;
    let (file, size) = found.ok_or_else(Trouble::blob_unknown)?;
    if pull::is_known(ask, &pull::etag(&digest)) {
        return Ok(pull::not_modified(&digest));
    }
    let (first, length) = range(ask, &digest).within(size).map_or_else(|| Err(unsatisfiable(size)), Ok)?;
    let mut answer = describe(&digest, length);
    if range(ask, &digest) != ByteRange::Whole {
        *answer.status_mut() = StatusCode::PARTIAL_CONTENT;
        set(&mut answer, CONTENT_RANGE, format!("bytes {first}-{}/{size}", first + length - 1));
    }
    if !asked {
        *answer.body_mut() = send(file, first, length)?;
    }
    Ok(answer)
}

pub(super) async fn delete(ask: &Ask, name: RepositoryName, digest: Digest) -> Answer {
    ask.admit(&name, RepositoryAction::Delete)?;
    if !ask.registry.options.deletes {
        return Err(Trouble::unsupported("deleting is switched off here"));
    }
    let deleted = ask.blocking(move |registry| {
        Ok(registry
            .write_in(&name, |records, repository| Ok(Some(records.hide_blob(repository, &digest)?)))?)
    });
    if deleted.await? == Some(true) { Ok(empty(StatusCode::ACCEPTED)) } else { Err(Trouble::blob_unknown()) }
}

/// The blob's file and size, when the repository sees it. A client that only asks will rely on the answer for a while.
fn open(
    registry: &Registry,
    name: &RepositoryName,
    digest: &Digest,
    asked: bool,
) -> Result<Option<(File, u64)>, Trouble> {
    let seen = registry.read_in(name, |records, repository| records.visible_blob(repository, digest))?;
    let Some(blob) = seen else { return Ok(None) };
    let now = registry.parts.clock.now();
    if asked && is_stale(&blob, now, registry.options.grace) && !stamp(registry, name, digest, now)? {
        return Ok(None);
    }
    match registry.files.find(digest) {
        Ok(Some(file)) => Ok(Some((file, blob.size))),
        Ok(None) => Err(Fault::new("blob-missing", format!("opening blob {digest}"), "no file").into()),
        Err(cause) => Err(Fault::io(format!("opening blob {digest}"), cause).into()),
    }
}

/// Whether the blob might be collected soon after it was shown.
fn is_stale(blob: &VisibleBlob, now: Timestamp, grace: Duration) -> bool {
    let age = now.duration_since(blob.seen_at);
    !blob.linked && Duration::try_from(age).is_ok_and(|age| age > grace / 2)
}

fn stamp(
    registry: &Registry,
    name: &RepositoryName,
    digest: &Digest,
    now: Timestamp,
) -> Result<bool, Refused> {
    let stamped = registry
        .write_in(name, |records, repository| Ok(Some(records.stamp_blob(repository, digest, now)?)))?;
    Ok(stamped == Some(true))
}

/// The range asked for, unless it was asked of something else, or nothing is sent anyway.
fn range(ask: &Ask, digest: &Digest) -> ByteRange {
    let same = ask.header(&IF_RANGE).is_none_or(|tag| tag == pull::etag(digest));
    let applies = same && ask.parts.method == Method::GET;
    ask.header(&RANGE).filter(|_| applies).map_or(ByteRange::Whole, ByteRange::read)
}

fn unsatisfiable(size: u64) -> Trouble {
    Trouble::new(StatusCode::RANGE_NOT_SATISFIABLE, "SIZE_INVALID", format!("the blob has {size} bytes"))
        .header(CONTENT_RANGE, format!("bytes */{size}"))
}

fn describe(digest: &Digest, length: u64) -> Response<Body> {
    let mut answer = empty(StatusCode::OK);
    set(&mut answer, CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
    set(&mut answer, CONTENT_LENGTH, length);
    set(&mut answer, CONTENT_DIGEST, digest.to_string());
    set(&mut answer, ETAG, pull::etag(digest));
    set(&mut answer, ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    pull::mark_immutable(&mut answer);
    answer
}

fn send(mut file: File, first: u64, length: u64) -> Result<Body, Trouble> {
    file.seek(SeekFrom::Start(first)).map_err(|cause| Fault::io("reading a blob", cause))?;
    Ok(pull::stream_file(file, length))
}
