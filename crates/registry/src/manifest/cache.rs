//! Manifests kept in memory, because every pull and every "is it new?" asks for one.
//!
//! An entry says what one reference of one repository shows, so it is dropped with every write to the repository. A
//! write that happens while an entry is being read may have come too late for the reader; such an entry is not kept.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use assay_core::Digest;
use axum::http::HeaderValue;
use bytes::Bytes;

/// What an entry costs beside the manifest's bytes, roughly.
const OVERHEAD: usize = 512;

/// A manifest ready to be sent.
pub(crate) struct CachedManifest {
    pub(crate) digest: Digest,
    pub(crate) digest_header: HeaderValue,
    pub(crate) etag: HeaderValue,
    pub(crate) media_type: HeaderValue,
    pub(crate) bytes: Bytes,
}

/// Manifests by repository and reference, bounded in bytes.
pub(crate) struct ManifestCache {
    room: usize,
    writes: AtomicU64,
    shelves: RwLock<Shelves>,
}

#[derive(Default)]
struct Shelves {
    by_repository: HashMap<Box<str>, HashMap<Box<str>, Entry>>,
    order: VecDeque<(Box<str>, Box<str>)>,
    bytes: usize,
}

struct Entry {
    manifest: Arc<CachedManifest>,
    wanted: AtomicBool,
}

/// How many writes there were when somebody began to read.
#[derive(Clone, Copy)]
pub(crate) struct Moment(u64);

impl ManifestCache {
    pub(crate) fn of(room: usize) -> Self {
        Self { room, writes: AtomicU64::new(0), shelves: RwLock::default() }
    }

    pub(crate) fn find(&self, repository: &str, reference: &str) -> Option<Arc<CachedManifest>> {
        let shelves = self.shelves.read().unwrap_or_else(PoisonError::into_inner);
        let entry = shelves.by_repository.get(repository)?.get(reference)?;
        entry.wanted.store(true, Ordering::Relaxed);
        Some(Arc::clone(&entry.manifest))
    }

    /// To be taken before the records are read.
    pub(crate) fn moment(&self) -> Moment {
        Moment(self.writes.load(Ordering::SeqCst))
    }

    /// Keeps what was read, unless something was written since.
    pub(crate) fn keep(
        &self,
        since: Moment,
        repository: &str,
        reference: &str,
        manifest: &Arc<CachedManifest>,
    ) {
        let mut shelves = self.shelves.write().unwrap_or_else(PoisonError::into_inner);
        if self.writes.load(Ordering::SeqCst) == since.0 && cost(manifest) <= self.room {
            shelves.put(repository, reference, Arc::clone(manifest));
            shelves.shrink(self.room);
        }
    }

    /// Drops everything of a repository. To be called after the write is committed and before it is acknowledged.
    pub(crate) fn forget(&self, repository: &str) {
        let mut shelves = self.shelves.write().unwrap_or_else(PoisonError::into_inner);
        self.writes.fetch_add(1, Ordering::SeqCst);
        let gone = shelves.by_repository.remove(repository).unwrap_or_default();
        shelves.bytes -= gone.values().map(|entry| cost(&entry.manifest)).sum::<usize>();
        if !gone.is_empty() {
            shelves.order.retain(|(shelf, _)| &**shelf != repository);
        }
    }
}

impl Shelves {
    fn put(&mut self, repository: &str, reference: &str, manifest: Arc<CachedManifest>) {
        let shelf = self.by_repository.entry(repository.into()).or_default();
        self.bytes += cost(&manifest);
        let entry = Entry { manifest, wanted: AtomicBool::new(false) };
        match shelf.insert(reference.into(), entry) {
            Some(before) => self.bytes -= cost(&before.manifest),
            None => self.order.push_back((repository.into(), reference.into())),
        }
    }

    /// Lets entries go in the order they came; one that was wanted meanwhile gets another turn.
    fn shrink(&mut self, room: usize) {
        while self.bytes > room {
            let Some((repository, reference)) = self.order.pop_front() else { return };
            let Some(shelf) = self.by_repository.get_mut(&repository) else { continue };
            let Some(entry) = shelf.get(&reference) else { continue };
            if entry.wanted.swap(false, Ordering::Relaxed) {
                self.order.push_back((repository, reference));
                continue;
            }
            self.bytes -= cost(&entry.manifest);
            shelf.remove(&reference);
            if shelf.is_empty() {
                self.by_repository.remove(&repository);
            }
        }
    }
}

fn cost(manifest: &CachedManifest) -> usize {
    manifest.bytes.len() + OVERHEAD
}
