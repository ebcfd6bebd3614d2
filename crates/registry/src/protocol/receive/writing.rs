//! The part of taking in that may wait for the disk.

use std::fs::OpenOptions;
use std::sync::Arc;

use assay_core::{Digest, Refused};
use axum::http::StatusCode;
use bytes::Bytes;
use tokio::sync::OwnedMutexGuard;

use super::{Incoming, out_of_order};
use crate::files::{Appender, Checkpoint};
use crate::protocol::answer::Trouble;
use crate::quota::within_quota;
use crate::registry::Registry;
use crate::session::Progress;

/// What a long piece may lose when the process dies.
const CHECKPOINT: u64 = 64 << 20;

/// Room is reserved in such steps while the length is not known.
const RESERVED: u64 = 8 << 20;

/// One body being written.
pub(super) struct Writing {
    target: Target,
    appender: Appender,
}

/// The upload it goes to, and what is known of the body.
struct Target {
    registry: Arc<Registry>,
    incoming: Incoming,
    progress: OwnedMutexGuard<Progress>,
    /// Where the body began; what is put back when it turns out to be wrong.
    start: Checkpoint,
    /// Bytes the organization may store that it does not store yet.
    room: u64,
    quota: u64,
}

impl Writing {
    /// Opens the upload's file where it ends.
    pub(super) fn begin(
        registry: Arc<Registry>,
        incoming: Incoming,
        mut progress: OwnedMutexGuard<Progress>,
    ) -> Result<Self, Trouble> {
        if progress.over {
            return Err(Trouble::upload_unknown());
        }
        registry.sessions.settle(&incoming.session, &mut progress)?;
        let (room, quota) = registry.room(incoming.session.purpose.org)?;
        let start = progress.checkpoint.clone();
        let mut target = Target { registry, incoming, progress, start, room, quota };
        target.check_order()?;
        target.reserve(target.start.offset + target.incoming.length.unwrap_or(0))?;
        let path = target.registry.sessions.bytes_path(target.incoming.session.id);
        let appender = Appender::open(&path, target.start.clone())?;
        Ok(Self { target, appender })
    }

    /// Writes what came next.
    pub(super) fn write(mut self, frames: &[Bytes]) -> Result<Self, Trouble> {
        match self.target.write(&mut self.appender, frames) {
            Ok(()) => Ok(self),
            Err(trouble) => {
                drop(self.appender);
                Err(self.target.give_up(trouble))
            }
        }
    }

    /// The body broke off: what came of it counts.
    pub(super) fn keep(mut self) -> Result<u64, Trouble> {
        self.target.keep(&mut self.appender)
    }

    /// The body is complete.
    pub(super) fn end(self) -> Result<u64, Trouble> {
        let Self { mut target, appender } = self;
        let ended = target.end(appender);
        ended.map_err(|trouble| target.give_up(trouble))
    }
}

impl Target {
    fn check_order(&self) -> Result<(), Trouble> {
        let Some(range) = self.incoming.range else { return Ok(()) };
        let fits = self.incoming.length.is_none_or(|length| length == range.length());
        if range.first == self.start.offset && fits { Ok(()) } else { Err(out_of_order(self.start.offset)) }
    }

    fn write(&mut self, appender: &mut Appender, frames: &[Bytes]) -> Result<(), Trouble> {
        let after = appender.offset() + frames.iter().map(|frame| frame.len() as u64).sum::<u64>();
        if self.incoming.length.is_none() && after > self.incoming.session.reserved() {
            self.look_for_room()?;
            let step = after.next_multiple_of(RESERVED).min(self.room.max(after));
            self.reserve(step.min(self.registry.options.blob_bytes.max(after)))?;
        }
        for frame in frames {
            appender.push(frame)?;
        }
        if after - self.progress.checkpoint.offset >= CHECKPOINT {
            self.keep(appender)?;
        }
        Ok(())
    }

    fn end(&mut self, mut appender: Appender) -> Result<u64, Trouble> {
        let length = appender.offset() - self.start.offset;
        if self.incoming.range.is_some_and(|range| range.length() != length) {
            return Err(self.undo(out_of_order(self.start.offset)));
        }
        match self.incoming.last.take() {
            None => self.keep(&mut appender),
            Some(digest) => self.finish(appender, &digest),
        }
    }

    /// Notes that what was written counts.
    fn keep(&mut self, appender: &mut Appender) -> Result<u64, Trouble> {
        let at = appender.checkpoint()?;
        let offset = at.offset;
        self.acknowledge(at)?;
        Ok(offset)
    }

    /// The upload stands where it stood before this body.
    fn undo(&mut self, why: Trouble) -> Trouble {
        let undone = self.acknowledge(self.start.clone());
        undone.map_or_else(|trouble| trouble, |()| why)
    }

    fn acknowledge(&mut self, at: Checkpoint) -> Result<(), Trouble> {
        let now = self.registry.parts.clock.now();
        let session = &self.incoming.session;
        Ok(self.registry.sessions.acknowledge(session, &mut self.progress, at, now)?)
    }

    /// Cuts off what was not acknowledged: it only takes room.
    fn give_up(self, why: Trouble) -> Trouble {
        if !self.progress.over {
            let path = self.registry.sessions.bytes_path(self.incoming.session.id);
            let file = OpenOptions::new().write(true).open(path);
            let _ = file.and_then(|file| file.set_len(self.progress.checkpoint.offset));
        }
        why
    }

    /// What is left may be less than it was when the body began: other uploads have ended meanwhile.
    fn look_for_room(&mut self) -> Result<(), Trouble> {
        (self.room, self.quota) = self.registry.room(self.incoming.session.purpose.org)?;
        Ok(())
    }

    /// Compares the digest, puts the file in its place and shows it to the repository. The upload is over, either way.
    fn finish(&mut self, appender: Appender, digest: &Digest) -> Result<u64, Trouble> {
        let finished = self.place(appender, digest);
        self.registry.sessions.end(&self.incoming.session, &mut self.progress);
        finished
    }

    fn place(&self, appender: Appender, digest: &Digest) -> Result<u64, Trouble> {
        let (file, found, size) = appender.finish(digest.algorithm())?;
        if found != *digest {
            return Err(Trouble::digest_invalid(format!("the blob's digest is {found}, not {digest}")));
        }
        let path = self.registry.sessions.bytes_path(self.incoming.session.id);
        self.registry.files.keep(&path, &file, digest, || self.record(digest, size))?;
        self.registry.arrived(digest, size);
        Ok(size)
    }

    fn record(&self, digest: &Digest, size: u64) -> Result<(), Refused> {
        let (purpose, now) = (&self.incoming.session.purpose, self.registry.parts.clock.now());
        self.registry.write(|records| {
            let repository = records.make_repository(&purpose.repository, purpose.org, now)?;
            let keep = || records.keep_blob(&repository, digest, size, now);
            within_quota(records, purpose.org, self.registry.options.quota, keep)
        })
    }

    /// Reserves room for `total` bytes of the upload.
    fn reserve(&mut self, total: u64) -> Result<(), Trouble> {
        let most = self.registry.options.blob_bytes;
        if total > most {
            return Err(self.undo(too_long(most)));
        }
        if self.registry.sessions.reserve(&self.incoming.session, total, self.room) {
            return Ok(());
        }
        Err(self.undo(Trouble::over_quota(self.quota)))
    }
}

/// An upload of one request is over with it, however that ends: also when nobody waits for the answer any more.
impl Drop for Target {
    fn drop(&mut self) {
        if self.incoming.fleeting && !self.progress.over {
            self.registry.sessions.end(&self.incoming.session, &mut self.progress);
        }
    }
}

fn too_long(most: u64) -> Trouble {
    Trouble::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "SIZE_INVALID",
        format!("a blob may have {most} bytes at most"),
    )
}
