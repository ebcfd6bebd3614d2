//! Taking in the bytes of an upload: an asynchronous task brings them, one blocking thread hashes and writes them.

use std::path::Path;
use std::sync::Arc;

use assay_core::{Digest, Refused};
use axum::body::Body;
use axum::http::header::RANGE;
use axum::http::{HeaderValue, StatusCode};
use bytes::Bytes;
use tokio::sync::{OwnedMutexGuard, mpsc};
use tokio::task::spawn_blocking;

use super::Ask;
use super::answer::Trouble;
use super::body::{self, Piece};
use super::range::ContentRange;
use crate::files::{Appender, Checkpoint};
use crate::registry::Registry;
use crate::session::{Progress, Session};

/// Pieces on their way at once.
const AHEAD: usize = 2;

/// Bodies up to this length are read before a thread is asked to take them in.
const SMALL: u64 = 64 << 10;

/// What a long piece may lose when the process dies.
const CHECKPOINT: u64 = 64 << 20;

/// Room is reserved in such steps while the length is not known.
const RESERVED: u64 = 8 << 20;

/// What is to be done with the body of a request.
pub(super) struct Incoming {
    pub(super) session: Arc<Session>,
    pub(super) length: Option<u64>,
    pub(super) range: Option<ContentRange>,
    /// The digest that the whole has, when this is its last piece.
    pub(super) last: Option<Digest>,
}

/// Takes in a body. Returns the bytes of the upload so far.
pub(super) async fn receive(ask: &Ask, incoming: Incoming, body: Body) -> Result<u64, Trouble> {
    let idle = ask.registry.options.body_idle;
    let small = incoming.length.is_some_and(|length| length <= SMALL);
    let progress = Arc::clone(&incoming.session.progress).try_lock_owned().map_err(|_| busy())?;
    let (to, from) = mpsc::channel(AHEAD);
    let registry = Arc::clone(&ask.registry);
    let taking = move || TakingIn::new(&registry, incoming, progress).and_then(|taking| taking.run(from));
    if small {
        // Fits into the channel: one batch and the end.
        let pumped = body::pump(body, idle, to).await;
        let taken = spawn_blocking(taking).await?;
        return pumped.map_or_else(|broken| Err(body::trouble(&broken)), |()| taken);
    }
    let taking = spawn_blocking(taking);
    let pumped = body::pump(body, idle, to).await;
    let taken = taking.await?;
    pumped.map_or_else(|broken| Err(body::trouble(&broken)), |()| taken)
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

/// One body being written.
struct TakingIn<'a> {
    registry: &'a Registry,
    session: Arc<Session>,
    progress: OwnedMutexGuard<Progress>,
    incoming: Plan,
    /// Where this body began; what is put back when it turns out to be wrong.
    start: Checkpoint,
    /// Bytes the organization may store, all together.
    room: u64,
    quota: u64,
}

struct Plan {
    length: Option<u64>,
    range: Option<ContentRange>,
    last: Option<Digest>,
}

impl<'a> TakingIn<'a> {
    fn new(
        registry: &'a Registry,
        incoming: Incoming,
        mut progress: OwnedMutexGuard<Progress>,
    ) -> Result<Self, Trouble> {
        let Incoming { session, length, range, last } = incoming;
        if progress.over {
            return Err(Trouble::upload_unknown());
        }
        registry.sessions.settle(&session, &mut progress)?;
        let (room, quota) = room(registry, &session)?;
        let start = progress.checkpoint.clone();
        Ok(Self { registry, session, progress, incoming: Plan { length, range, last }, start, room, quota })
    }

    fn run(mut self, pieces: mpsc::Receiver<Piece>) -> Result<u64, Trouble> {
        let taken = self.take_in(pieces);
        if taken.is_err() && !self.progress.over {
            // What was not acknowledged only takes room.
            cut(&self.registry.sessions.bytes_path(self.session.id), self.progress.checkpoint.offset);
        }
        taken
    }

    fn take_in(&mut self, mut pieces: mpsc::Receiver<Piece>) -> Result<u64, Trouble> {
        self.check_order()?;
        self.reserve(self.start.offset + self.incoming.length.unwrap_or(0))?;
        let path = self.registry.sessions.bytes_path(self.session.id);
        let mut appender = Appender::open(&path, self.start.clone())?;
        let ended = loop {
            match pieces.blocking_recv() {
                Some(Piece::Bytes(frames)) => self.write(&mut appender, &frames)?,
                Some(Piece::End) => break true,
                None => break false,
            }
        };
        if ended { self.end(appender) } else { self.keep(&mut appender) }
    }

    fn check_order(&self) -> Result<(), Trouble> {
        let Plan { range, length, .. } = &self.incoming;
        let Some(range) = range else { return Ok(()) };
        let fits = length.is_none_or(|length| length == range.length());
        if range.first == self.start.offset && fits { Ok(()) } else { Err(out_of_order(self.start.offset)) }
    }

    fn write(&mut self, appender: &mut Appender, frames: &[Bytes]) -> Result<(), Trouble> {
        let after = appender.offset() + frames.iter().map(|frame| frame.len() as u64).sum::<u64>();
        if after > self.registry.options.blob_bytes {
            return Err(self.undo(too_long(self.registry.options.blob_bytes)));
        }
        if self.incoming.length.is_none() {
            let step = after.next_multiple_of(RESERVED).min(self.room.max(after));
            self.reserve(step)?;
        }
        for frame in frames {
            appender.push(frame)?;
        }
        if after - self.progress.checkpoint.offset >= CHECKPOINT {
            self.keep(appender)?;
        }
        Ok(())
    }

    /// The body is complete.
    fn end(&mut self, mut appender: Appender) -> Result<u64, Trouble> {
        let length = appender.offset() - self.start.offset;
        if self.incoming.range.is_some_and(|range| range.length() != length) {
            drop(appender);
            return Err(self.undo(out_of_order(self.start.offset)));
        }
        match self.incoming.last.take() {
            None => self.keep(&mut appender),
            Some(digest) => self.finish(appender, &digest),
        }
    }

    /// What was written counts, whatever comes.
    fn keep(&mut self, appender: &mut Appender) -> Result<u64, Trouble> {
        let at = appender.checkpoint()?;
        let offset = at.offset;
        let now = self.registry.parts.clock.now();
        self.registry.sessions.acknowledge(&self.session, &mut self.progress, at, now)?;
        Ok(offset)
    }

    /// The upload stands where it stood before this body.
    fn undo(&mut self, why: Trouble) -> Trouble {
        let (now, start) = (self.registry.parts.clock.now(), self.start.clone());
        let undone = self.registry.sessions.acknowledge(&self.session, &mut self.progress, start, now);
        undone.map_or_else(Trouble::from, |()| why)
    }

    /// Compares the digest, puts the file in its place and shows it to the repository. The upload is over, either way.
    fn finish(&mut self, appender: Appender, digest: &Digest) -> Result<u64, Trouble> {
        let finished = self.place(appender, digest);
        self.registry.sessions.end(&self.session, &mut self.progress);
        finished
    }

    fn place(&self, appender: Appender, digest: &Digest) -> Result<u64, Trouble> {
        let (file, found, size) = appender.finish(digest.algorithm())?;
        if found != *digest {
            return Err(Trouble::digest_invalid(format!("the blob's digest is {found}, not {digest}")));
        }
        let (registry, path) = (self.registry, self.registry.sessions.bytes_path(self.session.id));
        registry.files.keep(&path, &file, digest, || self.record(digest, size))?;
        Ok(size)
    }

    fn record(&self, digest: &Digest, size: u64) -> Result<(), Refused> {
        let (purpose, now) = (&self.session.purpose, self.registry.parts.clock.now());
        self.registry.write(|records| {
            let repository = records.make_repository(&purpose.repository, purpose.org, now)?;
            records.keep_blob(&repository, digest, size, now)
        })
    }

    fn reserve(&mut self, total: u64) -> Result<(), Trouble> {
        if total > self.registry.options.blob_bytes {
            return Err(self.undo(too_long(self.registry.options.blob_bytes)));
        }
        if self.registry.sessions.reserve(&self.session, total, self.room) {
            return Ok(());
        }
        Err(self.undo(Trouble::over_quota(self.quota)))
    }
}

/// What the organization may still store, uploads under way included, and its quota.
pub(super) fn room(registry: &Registry, session: &Session) -> Result<(u64, u64), Trouble> {
    let org = session.purpose.org;
    let default = registry.options.quota;
    Ok(registry.read(|records| {
        let Some(quota) = records.quota(org)?.or(default) else { return Ok((u64::MAX, u64::MAX)) };
        Ok((quota.saturating_sub(records.bytes_used(org)?), quota))
    })?)
}

fn cut(path: &Path, length: u64) {
    let file = std::fs::OpenOptions::new().write(true).open(path);
    let _ = file.and_then(|file| file.set_len(length));
}

fn too_long(most: u64) -> Trouble {
    Trouble::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "SIZE_INVALID",
        format!("a blob may have {most} bytes at most"),
    )
}
