//! All layers of an image, several at a time.

use std::io;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use assay_core::digest::Algorithm;
use assay_core::{Digest, Fault, Finding, Progress, Step};

use super::fetch::missing;
use super::resolve::LayerSource;
use super::told::{Told, megabytes};
use crate::hash::HashingReader;
use crate::layer::{Budget, Entry, LayerTrouble, Over, Unpacked, judge_measures, unpack};
use crate::options::{OpenError, OpenOptions};
use crate::source::{BlobError, Source};
use crate::store::{HeldLayer, KnownBlob, Store};

/// A layer in the store.
pub(super) struct Provided {
    pub(super) held: HeldLayer,
    /// Digest of the unpacked layer.
    pub(super) diff_id: Digest,
    /// Digest of its blob.
    pub(super) blob: Digest,
    /// Size of its blob in bytes.
    pub(super) blob_bytes: u64,
    /// Whether it was there before.
    pub(super) cached: bool,
    /// What is wrong with it.
    pub(super) findings: Vec<Finding>,
}

/// Why a layer is not in the store.
pub(super) enum Refused {
    /// It is bad.
    Bad(Box<Finding>),
    /// All layers together are too large.
    OverBudget(Over),
    /// The source or the disk failed.
    Open(OpenError),
}

impl From<Fault> for Refused {
    fn from(fault: Fault) -> Self {
        Self::Open(fault.into())
    }
}

impl From<LayerTrouble> for Refused {
    fn from(trouble: LayerTrouble) -> Self {
        match trouble {
            LayerTrouble::Bad(finding) => Self::Bad(finding),
            LayerTrouble::OverBudget(over) => Self::OverBudget(over),
            LayerTrouble::Fault(fault) => fault.into(),
        }
    }
}

/// Brings layers into the store.
pub(super) struct Provider<'a> {
    pub(super) source: &'a dyn Source,
    pub(super) options: &'a OpenOptions,
    pub(super) store: &'a Store,
    pub(super) progress: &'a dyn Progress,
}

impl Provider<'_> {
    /// One answer for each layer, in their order. A layer that could not be tried because another met a fault is left
    /// out.
    pub(super) fn provide_all(&self, layers: &[LayerSource]) -> Vec<Option<Result<Provided, Refused>>> {
        let budget = Budget::new(&self.options.limits);
        let next = AtomicUsize::new(0);
        let broken = AtomicBool::new(false);
        let answers = Mutex::new(layers.iter().map(|_| None).collect::<Vec<_>>());
        let work = || {
            while let Some((at, layer)) = take(&next, layers).filter(|_| !broken.load(Ordering::Relaxed)) {
                let answer = self.provide(layer, &budget);
                broken.fetch_or(matches!(answer, Err(Refused::Open(_))), Ordering::Relaxed);
                self.tell(at, layers.len(), &answer);
                if let Some(place) = answers.lock().unwrap_or_else(PoisonError::into_inner).get_mut(at) {
                    *place = Some(answer);
                }
            }
        };
        std::thread::scope(|scope| {
            for _ in 1..self.options.parallel_layers.clamp(1, layers.len().max(1)) {
                scope.spawn(work);
            }
            work();
        });
        answers.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    fn provide(&self, layer: &LayerSource, budget: &Budget) -> Result<Provided, Refused> {
        match self.recall(layer, budget)? {
            Some(provided) => Ok(provided),
            None => self.fetch(layer, budget),
        }
    }

    /// The layer as unpacked before, if that very blob was checked then.
    fn recall(&self, layer: &LayerSource, budget: &Budget) -> Result<Option<Provided>, Refused> {
        let diff_id = &layer.diff_id;
        let Some(held) = self.store.layer(diff_id)? else { return Ok(None) };
        let (blob, blob_bytes) = match (&layer.promise.digest, layer.promise.size) {
            (Some(digest), Some(size)) if !self.source.is_local() => (digest.clone(), size),
            _ => self.hash(layer)?,
        };
        let is_promised = layer.promise.digest.as_ref().is_none_or(|digest| *digest == blob)
            && layer.promise.size.is_none_or(|size| size == blob_bytes);
        let known = self.store.known_blob(&blob).is_some_and(|known| {
            known.size == blob_bytes
                && known.diff_id == *diff_id
                && layer.promise.encoding.is_met_by(&known.encoding)
        });
        if !is_promised || !known {
            return Ok(None);
        }
        budget.take_index(held.index.entries.iter().map(Entry::weight).sum()).map_err(Refused::OverBudget)?;
        let mut measures = held.index.measures;
        measures.compressed_bytes = blob_bytes;
        let mut findings = judge_measures(&measures, diff_id, &self.options.limits);
        findings.extend(held.index.findings.iter().cloned());
        Ok(Some(Provided { held, diff_id: diff_id.clone(), blob, blob_bytes, cached: true, findings }))
    }

    fn fetch(&self, layer: &LayerSource, budget: &Budget) -> Result<Provided, Refused> {
        let diff_id = &layer.diff_id;
        let blob = Told::new(self.open(layer)?, self.progress, layer.promise.size);
        let staging = self.store.stage()?;
        let limits = &self.options.limits;
        let Unpacked { index, blob, encoding, .. } =
            unpack(blob, &layer.promise, staging.rootfs()?, limits, budget)?;
        staging.write_index(&index)?;
        let held = self.store.publish(staging, diff_id)?;
        let blob_bytes = index.measures.compressed_bytes;
        self.store.remember_blob(&blob, &KnownBlob::of(diff_id, blob_bytes, encoding))?;
        Ok(Provided {
            held,
            diff_id: diff_id.clone(),
            blob,
            blob_bytes,
            cached: false,
            findings: index.findings,
        })
    }

    fn open(&self, layer: &LayerSource) -> Result<Box<dyn io::Read + Send>, Refused> {
        self.source.blob(&layer.address).map_err(|problem| match problem {
            BlobError::Missing => Refused::Bad(Box::new(missing(&layer.address, "layer"))),
            BlobError::Open(problem) => Refused::Open(problem),
        })
    }

    /// Digest and size of a blob that is at hand, read no further than its promised size.
    fn hash(&self, layer: &LayerSource) -> Result<(Digest, u64), Refused> {
        let algorithm = layer.promise.digest.as_ref().map_or(Algorithm::Sha256, Digest::algorithm);
        let limit = layer.promise.size.unwrap_or(self.options.limits.unpacked_bytes).saturating_add(1);
        let mut blob = HashingReader::new(io::Read::take(self.open(layer)?, limit), algorithm);
        let mut buffer = vec![0; 256 << 10];
        while io::Read::read(&mut blob, &mut buffer).map_err(|cause| Fault::io("reading a layer", cause))? > 0
        {
        }
        let size = blob.count();
        Ok((blob.finish(), size))
    }

    fn tell(&self, at: usize, of: usize, answer: &Result<Provided, Refused>) {
        if let Ok(provided) = answer {
            let known = if provided.cached { ", known" } else { "" };
            let text = format!("layer {} of {of}, {}{known}", at + 1, megabytes(provided.blob_bytes));
            self.progress.note(Step::Layers, &text);
        }
    }
}

fn take<'a>(next: &AtomicUsize, layers: &'a [LayerSource]) -> Option<(usize, &'a LayerSource)> {
    let at = next.fetch_add(1, Ordering::Relaxed);
    Some((at, layers.get(at)?))
}
