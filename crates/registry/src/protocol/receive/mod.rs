//! Taking in the bytes of an upload: while one batch is hashed and written by a thread that may wait for the disk, the
//! next one is received. A thread is held only while it has something to do, so slow clients cost none.

mod writing;

use std::sync::Arc;

use assay_core::Digest;
use axum::body::Body;
use axum::http::header::{EXPECT, RANGE};
use axum::http::{HeaderValue, StatusCode};
use tokio::sync::OwnedMutexGuard;
use tokio::task::spawn_blocking;

use super::Ask;
use super::answer::Trouble;
use super::body::{Batches, trouble};
use super::range::ContentRange;
use crate::registry::Registry;
use crate::session::{Progress, Session};
use writing::Writing;

/// Bodies up to this length are received before a thread is asked to write them.
const SMALL: u64 = 64 << 10;

/// What is to be done with the body of a request.
pub(super) struct Incoming {
    pub(super) session: Arc<Session>,
    pub(super) length: Option<u64>,
    pub(super) range: Option<ContentRange>,
    /// The digest that the whole has, when this is its last piece.
    pub(super) last: Option<Digest>,
    /// Whether nobody can go on with the upload after this request.
    pub(super) fleeting: bool,
}

/// Takes in a body. Returns the bytes of the upload so far. What was received is kept also when the client goes away.
pub(super) async fn receive(ask: &Ask, incoming: Incoming, body: Body) -> Result<u64, Trouble> {
    let progress = Arc::clone(&incoming.session.progress).try_lock_owned().map_err(|_| busy())?;
    let registry = Arc::clone(&ask.registry);
    let batches = Batches::of(body, ask.registry.options.body_idle);
    if incoming.length.is_some_and(|length| length <= SMALL) {
        return tokio::spawn(receive_small(registry, incoming, progress, batches)).await?;
    }
    let polite = ask.parts.headers.contains_key(EXPECT);
    tokio::spawn(receive_long(registry, incoming, progress, batches, polite)).await?
}

/// Everything in one go of one thread.
async fn receive_small(
    registry: Arc<Registry>,
    incoming: Incoming,
    progress: OwnedMutexGuard<Progress>,
    mut batches: Batches,
) -> Result<u64, Trouble> {
    let (batch, end) = batches.next().await;
    let broken = end.and_then(Result::err);
    let written = spawn_blocking(move || {
        let writing = Writing::begin(registry, incoming, progress)?.write(&batch)?;
        if broken.is_some() { writing.keep() } else { writing.end() }
    });
    let written = written.await?;
    broken.map_or(written, |broken| Err(trouble(broken)))
}

async fn receive_long(
    registry: Arc<Registry>,
    incoming: Incoming,
    progress: OwnedMutexGuard<Progress>,
    mut batches: Batches,
    polite: bool,
) -> Result<u64, Trouble> {
    let begun = spawn_blocking(move || Writing::begin(registry, incoming, progress)).await?;
    if begun.is_err() && !polite {
        // A client that asks first has sent nothing yet, and need not.
        batches.drain().await;
    }
    let mut writing = begun?;
    let (mut batch, mut end) = batches.next().await;
    while end.is_none() {
        let written = spawn_blocking(move || writing.write(&batch));
        (batch, end) = batches.next().await;
        match written.await? {
            Ok(next) => writing = next,
            Err(trouble) => {
                batches.drain().await;
                return Err(trouble);
            }
        }
    }
    match end.and_then(Result::err) {
        None => spawn_blocking(move || writing.write(&batch)?.end()).await?,
        Some(broken) => {
            spawn_blocking(move || writing.write(&batch)?.keep()).await??;
            Err(trouble(broken))
        }
    }
}

fn busy() -> Trouble {
    Trouble::new(StatusCode::CONFLICT, "BLOB_UPLOAD_INVALID", "another request is writing to this upload")
}

/// The answer to a piece that does not go on where the upload stands.
pub(super) fn out_of_order(offset: u64) -> Trouble {
    let message = format!("the upload has {offset} bytes; go on from there");
    Trouble::new(StatusCode::RANGE_NOT_SATISFIABLE, "BLOB_UPLOAD_INVALID", message)
        .header(RANGE, received(offset))
}

/// The range header that says how many bytes are here; for none there is no right way to say it.
pub(super) fn received(offset: u64) -> HeaderValue {
    HeaderValue::from_str(&format!("0-{}", offset.saturating_sub(1)))
        .unwrap_or(HeaderValue::from_static("0-0"))
}
