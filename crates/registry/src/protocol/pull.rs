//! What pulls of blobs and manifests have in common.

use std::fs::File;
use std::io::{self, Read};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use assay_core::Digest;
use axum::body::Body;
use axum::http::header::{CACHE_CONTROL, ETAG, IF_NONE_MATCH};
use axum::http::{HeaderValue, Response, StatusCode};
use bytes::Bytes;
use futures_util::stream;
use tokio::task::{JoinHandle, spawn_blocking};

use super::Ask;
use super::answer::{CONTENT_DIGEST, empty, set};

/// Bytes read at once: fewer are spent on handing over, more do not stay near the processor.
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

/// The next `length` bytes of a file. While one part is sent the next is read, into memory that was used before.
pub(super) fn stream_file(file: File, length: u64) -> Body {
    let source = Arc::new(Source { file, spare: Mutex::default() });
    let first = read_ahead(source, length);
    Body::from_stream(stream::unfold(first, |ahead| async {
        match ahead?.await {
            Ok(Ok(part)) => Some((Ok(part.bytes), read_ahead(part.source, part.left))),
            Ok(Err(cause)) => Some((Err(cause), None)),
            Err(cause) => Some((Err(io::Error::other(cause)), None)),
        }
    }))
}

/// A file being sent, with the buffers whose bytes are on their way already.
struct Source {
    file: File,
    spare: Mutex<Vec<Vec<u8>>>,
}

struct Part {
    bytes: Bytes,
    source: Arc<Source>,
    left: u64,
}

/// A buffer that goes back when its bytes are sent.
struct Lent {
    bytes: Vec<u8>,
    source: Arc<Source>,
}

impl AsRef<[u8]> for Lent {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        self.source.spare().push(std::mem::take(&mut self.bytes));
    }
}

impl Source {
    fn spare(&self) -> MutexGuard<'_, Vec<Vec<u8>>> {
        self.spare.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn read_ahead(source: Arc<Source>, left: u64) -> Option<JoinHandle<io::Result<Part>>> {
    (left > 0).then(|| spawn_blocking(move || read_part(source, left)))
}

fn read_part(source: Arc<Source>, left: u64) -> io::Result<Part> {
    let wanted = left.min(STRIDE);
    let size = usize::try_from(wanted).unwrap_or(0);
    let mut bytes = source.spare().pop().unwrap_or_else(|| Vec::with_capacity(size));
    bytes.clear();
    (&source.file).take(wanted).read_to_end(&mut bytes)?;
    if bytes.len() != size {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    let lent = Lent { bytes, source: Arc::clone(&source) };
    Ok(Part { bytes: Bytes::from_owner(lent), source, left: left - wanted })
}
