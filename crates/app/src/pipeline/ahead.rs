//! Unpacks layers as soon as they are here, before a manifest asks for them. Nothing depends on it: what is not done in
//! time, or dropped, is done at intake.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use assay_core::{Digest, Fault};
use assay_image::{ImageLimits, Store, unpack_ahead};

use super::port::BlobFiles;
use crate::work::TRACE;

/// Blobs that may wait.
const WAITING: usize = 64;
/// Blobs of fewer bytes are not worth it.
const SMALLEST: u64 = 16 << 10;

/// A queue of blobs, and a thread that unpacks them one after the other.
#[derive(Debug, Default)]
pub struct Ahead {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    waiting: VecDeque<(Digest, u64)>,
    at_work: Option<Digest>,
    closed: bool,
}

impl Ahead {
    /// Starts the thread. `humble` is called on it first and lowers its priority; a layer is left for intake when
    /// `has_room` says that the disk could not take one of the greatest size.
    ///
    /// # Errors
    /// A fault when the thread cannot be started.
    pub fn start(
        files: Arc<dyn BlobFiles>,
        images: Store,
        limits: ImageLimits,
        has_room: impl Fn() -> bool + Send + 'static,
        humble: impl FnOnce() + Send + 'static,
    ) -> Result<Arc<Self>, Fault> {
        let ahead = Arc::new(Self::default());
        let its = Arc::downgrade(&ahead);
        let work = move || {
            humble();
            while let Some((digest, size)) = its.upgrade().and_then(|ahead| ahead.next()) {
                if has_room() {
                    unpack(&*files, &images, &limits, &digest, size);
                }
                if let Some(ahead) = its.upgrade() {
                    ahead.done();
                }
            }
        };
        thread::Builder::new()
            .name("ahead".into())
            .spawn(work)
            .map_err(|cause| Fault::io("starting the thread that unpacks ahead", cause))?;
        Ok(ahead)
    }

    /// A blob has come. Never waits; when too many wait already, the blob is left for intake.
    pub fn offer(&self, digest: &Digest, size: u64) {
        let mut state = self.lock();
        if size >= SMALLEST && state.waiting.len() < WAITING && !state.closed {
            state.waiting.push_back((digest.clone(), size));
            self.changed.notify_all();
        }
    }

    /// Leaves these blobs to the caller: those that wait are forgotten, and one that is being unpacked is waited for, at
    /// most for `patience`.
    pub fn hand_over(&self, digests: &[Digest], patience: Duration) {
        let mut state = self.lock();
        state.waiting.retain(|(digest, _)| !digests.contains(digest));
        let busy = |state: &mut State| state.at_work.as_ref().is_some_and(|one| digests.contains(one));
        drop(self.changed.wait_timeout_while(state, patience, busy));
    }

    /// Waits until there is nothing left to do, at most for `patience`.
    pub fn settle(&self, patience: Duration) {
        let busy = |state: &mut State| !state.waiting.is_empty() || state.at_work.is_some();
        drop(self.changed.wait_timeout_while(self.lock(), patience, busy));
    }

    /// Blobs that wait.
    pub fn waiting(&self) -> usize {
        self.lock().waiting.len()
    }

    /// Ends the thread once it is done with what it is at.
    pub fn close(&self) {
        let mut state = self.lock();
        state.closed = true;
        state.waiting.clear();
        self.changed.notify_all();
    }

    /// The next blob; nothing once it is closed.
    fn next(&self) -> Option<(Digest, u64)> {
        let idle = |state: &mut State| state.waiting.is_empty() && !state.closed;
        let mut state = self.changed.wait_while(self.lock(), idle).unwrap_or_else(PoisonError::into_inner);
        let next = state.waiting.pop_front();
        state.at_work = next.as_ref().map(|(digest, _)| digest.clone());
        next
    }

    fn done(&self) {
        self.lock().at_work = None;
        self.changed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn unpack(files: &dyn BlobFiles, images: &Store, limits: &ImageLimits, digest: &Digest, size: u64) {
    let opened = files.open(digest).map_err(|cause| Fault::io(format!("opening the blob {digest}"), cause));
    let unpacked = opened.and_then(|file| match file {
        Some(file) => crate::conclude::guarded("unpacking a layer ahead", || {
            unpack_ahead(digest, size, file, limits, images).map(drop)
        }),
        None => Ok(()),
    });
    if let Err(fault) = unpacked {
        tracing::warn!(target: TRACE, %digest, %fault, "a layer could not be unpacked ahead");
    }
}
