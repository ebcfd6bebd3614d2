//! A layer's one pass: read, hash, inflate on one thread; hash, walk, write on the other.

use std::io::Read;
use std::os::fd::OwnedFd;
use std::sync::mpsc::{channel, sync_channel};

use assay_core::digest::Algorithm;
use assay_core::{Code, Digest, Fault, Finding, Place};

use crate::document::media::Encoding;
use crate::limits::ImageLimits;

use super::budget::{Budget, Over};
use super::chunks::Chunks;
use super::entry::LayerIndex;
use super::inflate::{Inflated, Trouble, inflate};
use super::trouble;
use super::unpack::{Contents, Stop, Unpacker};

/// Chunks that may wait between the threads.
const CHUNKS: usize = 4;

/// What the image says about a layer.
#[derive(Clone, Debug)]
pub(crate) struct Promise {
    /// Digest of the blob, when the source names blobs by digest.
    pub(crate) digest: Option<Digest>,
    /// Size of the blob in bytes, likewise.
    pub(crate) size: Option<u64>,
    pub(crate) encoding: Encoding,
    /// Digest of the unpacked layer; unknown while no configuration names it.
    pub(crate) diff_id: Option<Digest>,
}

/// A layer that could be unpacked, and whose bytes are what was promised.
pub(crate) struct Unpacked {
    pub(crate) index: LayerIndex,
    /// Digest of the blob, computed.
    pub(crate) blob: Digest,
    /// Digest of the unpacked layer, computed.
    pub(crate) diff_id: Digest,
    /// What the blob was found to be.
    pub(crate) encoding: Encoding,
}

/// Why a layer could not be unpacked.
#[derive(Debug)]
pub(crate) enum LayerTrouble {
    /// The layer is bad.
    Bad(Box<Finding>),
    /// The image as a whole is over a limit; told once for the image.
    OverBudget(Over),
    /// Disk or network failed.
    Fault(Fault),
}

/// Unpacks the layer in `blob` below the empty folder `root`.
pub(crate) fn unpack(
    blob: impl Read + Send,
    promise: &Promise,
    root: OwnedFd,
    limits: &ImageLimits,
    budget: &Budget,
) -> Result<Unpacked, LayerTrouble> {
    let (full, chunks) = sync_channel(CHUNKS);
    let (empty, emptied) = channel();
    let (inflated, contents, diff_id) = std::thread::scope(|scope| {
        let inflater = scope.spawn(|| inflate(blob, promise, limits, budget, full, emptied));
        let algorithm = promise.diff_id.as_ref().map_or(Algorithm::Sha256, Digest::algorithm);
        let mut stream = Chunks::new(chunks, empty, algorithm);
        let contents = Unpacker::new(root, limits, budget).run(&mut stream);
        let diff_id = stream.finish(contents.is_ok());
        (inflater.join(), contents, diff_id)
    });
    let inflated = inflated
        .map_err(|_| LayerTrouble::Fault(Fault::new("bug", "inflating a layer", "the thread died")))?;
    judge(inflated, contents, diff_id, promise, limits)
}

/// Weighs what both threads saw, root causes first.
fn judge(
    inflated: Inflated,
    contents: Result<Contents, Stop>,
    diff_id: Digest,
    promise: &Promise,
    limits: &ImageLimits,
) -> Result<Unpacked, LayerTrouble> {
    if let Some(cause) = inflated.source_failed {
        return Err(LayerTrouble::Fault(Fault::new("image-source", "reading a layer", cause).retryable()));
    }
    if let Err(Stop::Disk(path, cause)) = contents {
        let fault = Fault::io(format!("unpacking `{path}`"), cause);
        return Err(LayerTrouble::Fault(fault.hint("check the free space and rights of the data folder")));
    }
    let named = promise.diff_id.as_ref().unwrap_or(&diff_id);
    let bad = |finding: Finding| LayerTrouble::Bad(Box::new(finding.at(Place::default().in_layer(named))));
    if let Some(finding) = trouble::check_blob(&inflated, promise) {
        return Err(bad(finding));
    }
    match inflated.stopped {
        Some(Trouble::Budget(over)) => return Err(LayerTrouble::OverBudget(over)),
        Some(Trouble::Expansion) => {
            return Err(bad(trouble::expansion(inflated.unpacked, inflated.read, limits)));
        }
        Some(Trouble::Encoding(problem)) => return Err(bad(trouble::undecodable(promise, &problem))),
        None => {}
    }
    let contents = contents.map_err(|stop| match stop {
        Stop::Over(over) => LayerTrouble::OverBudget(over),
        stop => bad(trouble::unreadable(&stop, limits)),
    })?;
    if *named != diff_id {
        return Err(bad(Finding::error(
            Code::IMG_001,
            format!("the unpacked layer has the digest {diff_id}"),
            format!("the diff id {named} that the configuration names"),
        )));
    }
    let mut measures = contents.measures;
    measures.compressed_bytes = inflated.read;
    measures.unpacked_bytes = inflated.unpacked;
    let findings = contents.problems.findings(&diff_id);
    Ok(Unpacked {
        index: LayerIndex { measures, findings, entries: contents.entries },
        blob: inflated.digest,
        encoding: inflated.encoding,
        diff_id,
    })
}
