//! What pulls of blobs and manifests have in common.

use std::fs::File;
use std::io::{self, Read};
use std::sync::Arc;

use assay_core::Digest;
use axum::body::Body;
use axum::http::header::{CACHE_CONTROL, ETAG, IF_NONE_MATCH};
use axum::http::{HeaderValue, Response, StatusCode};
use bytes::Bytes;
use futures_util::stream;
use tokio::task::{JoinHandle, spawn_blocking};

use super::Ask;
use super::answer::{CONTENT_DIGEST, empty, set};

/// Bytes read at once: fewer would be spent on handing over, more on waiting.
const STRIDE: u64 = 512 << 10;

/// The entity tag of what a digest names.
pub(super) fn etag(digest: &Digest) -> String {
    format!("\"{digest}\"")
}

/// Whether the client has it already.
pub(super) fn is_known(ask: &Ask, etag: &str) -> bool {
    let fits = |tag: &str| {
        let tag = tag.trim();
        tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == etag
    };
    ask.parts
        .headers
        .get_all(IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .any(|value| value.split(',').any(fits))
}

/// The answer to a client that has it already.
pub(super) fn not_modified(digest: &Digest) -> Response<Body> {
    let mut answer = empty(StatusCode::NOT_MODIFIED);
    set(&mut answer, ETAG, etag(digest));
    set(&mut answer, CONTENT_DIGEST, digest.to_string());
    answer
}

/// What is named by its digest never changes; only who may see it does.
pub(super) fn mark_immutable(answer: &mut Response<Body>) {
    set(answer, CACHE_CONTROL, HeaderValue::from_static("private, max-age=31536000, immutable"));
}

/// The next `length` bytes of a file. While one part is sent the next is read.
pub(super) fn stream_file(file: File, length: u64) -> Body {
    let first = read_ahead(Arc::new(file), length);
    Body::from_stream(stream::unfold(first, |ahead| async {
        match ahead?.await {
            Ok(Ok(part)) => Some((Ok(part.bytes), read_ahead(part.file, part.left))),
            Ok(Err(cause)) => Some((Err(cause), None)),
            Err(cause) => Some((Err(io::Error::other(cause)), None)),
        }
    }))
}

struct Part {
    bytes: Bytes,
    file: Arc<File>,
    left: u64,
}

fn read_ahead(file: Arc<File>, left: u64) -> Option<JoinHandle<io::Result<Part>>> {
    if left == 0 {
        return None;
    }
    Some(spawn_blocking(move || {
        let wanted = left.min(STRIDE);
        let mut bytes = Vec::with_capacity(usize::try_from(wanted).unwrap_or(0));
        (&*file).take(wanted).read_to_end(&mut bytes)?;
        if bytes.len() as u64 != wanted {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(Part { bytes: bytes.into(), file, left: left - wanted })
    }))
}
