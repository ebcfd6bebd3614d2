//! The first half of the pass: read the blob, hash it, inflate it, within the limits.

use std::cell::Cell;
use std::io::{self, Read};
use std::sync::mpsc::{Receiver, SyncSender};

use assay_core::Digest;
use assay_core::digest::Algorithm;

use crate::document::media::Encoding;
use crate::hash::Hasher;
use crate::limits::ImageLimits;

use super::budget::{Budget, Over};
use super::decode::{DecodeProblem, decoder};
use super::stream::Promise;

/// Bytes handed to the other thread at a time.
const CHUNK: u64 = 256 << 10;

/// What the inflating thread saw.
pub(super) struct Inflated {
    pub(super) digest: Digest,
    /// Bytes of the blob read.
    pub(super) read: u64,
    /// Whether the blob goes on behind its promised size.
    pub(super) overlong: bool,
    pub(super) unpacked: u64,
    /// What the blob was found to be.
    pub(super) encoding: Encoding,
    pub(super) source_failed: Option<io::Error>,
    pub(super) stopped: Option<Trouble>,
}

/// Why inflating stopped early.
pub(super) enum Trouble {
    /// The image's budget is used up.
    Budget(Over),
    /// The layer expands too much.
    Expansion,
    /// The compression is not readable, or its source failed.
    Encoding(DecodeProblem),
}

/// Reads the whole blob and sends its tar stream through `full`; used chunks come back through `emptied`.
pub(super) fn inflate(
    blob: impl Read,
    promise: &Promise,
    limits: &ImageLimits,
    budget: &Budget,
    full: SyncSender<Vec<u8>>,
    emptied: Receiver<Vec<u8>>,
) -> Inflated {
    let algorithm = promise.digest.as_ref().map_or(Algorithm::Sha256, Digest::algorithm);
    let read = Cell::new(0);
    let mut source = Metered {
        inner: blob,
        hasher: Hasher::new(algorithm),
        read: &read,
        allowed: promise.size.unwrap_or(limits.unpacked_bytes),
        overlong: false,
        failed: None,
    };
    let mut pump = Pump { read: &read, unpacked: 0, found: promise.encoding, limits, budget, full, emptied };
    let stopped = pump.run(&mut source, promise.encoding).err();
    let (unpacked, encoding) = (pump.unpacked, pump.found);
    drop(pump);
    // The rest is hashed all the same: a damaged blob explains whatever else went wrong.
    drop(io::copy(&mut source, &mut io::sink()));
    Inflated {
        digest: source.hasher.finish(),
        read: read.get(),
        overlong: source.overlong,
        unpacked,
        encoding,
        source_failed: source.failed,
        stopped,
    }
}

struct Pump<'a> {
    /// Bytes of the blob read so far.
    read: &'a Cell<u64>,
    unpacked: u64,
    found: Encoding,
    limits: &'a ImageLimits,
    budget: &'a Budget,
    full: SyncSender<Vec<u8>>,
    emptied: Receiver<Vec<u8>>,
}

impl Pump<'_> {
    fn run(&mut self, source: &mut Metered<'_, impl Read>, encoding: Encoding) -> Result<(), Trouble> {
        let (mut stream, found) = decoder(source, encoding).map_err(Trouble::Encoding)?;
        self.found = found;
        loop {
            let mut chunk = self.emptied.try_recv().unwrap_or_default();
            chunk.clear();
            chunk.reserve(CHUNK as usize);
            let filled = stream.by_ref().take(CHUNK).read_to_end(&mut chunk);
            self.check(chunk.len() as u64)?;
            filled.map_err(|cause| Trouble::Encoding(DecodeProblem::Io(cause)))?;
            // The walker has stopped reading when it does not take the chunk.
            if chunk.is_empty() || self.full.send(chunk).is_err() {
                return Ok(());
            }
        }
    }

    fn check(&mut self, more: u64) -> Result<(), Trouble> {
        self.unpacked += more;
        if expands_too_much(self.unpacked, self.read.get(), self.limits) {
            return Err(Trouble::Expansion);
        }
        self.budget.take_bytes(more).map_err(Trouble::Budget)
    }
}

/// Whether so many bytes from so few are a bomb.
pub(super) fn expands_too_much(unpacked: u64, read: u64, limits: &ImageLimits) -> bool {
    unpacked > limits.expansion_floor && unpacked > read.saturating_mul(limits.expansion_ratio)
}

/// Hashes and counts a blob, and stops at the size it may have.
struct Metered<'a, R> {
    inner: R,
    hasher: Hasher,
    read: &'a Cell<u64>,
    allowed: u64,
    overlong: bool,
    failed: Option<io::Error>,
}

impl<R: Read> Read for Metered<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.failed.is_some() || self.overlong || buffer.is_empty() {
            return Ok(0);
        }
        let read = match self.inner.read(buffer) {
            Err(problem) if problem.kind() == io::ErrorKind::Interrupted => return Err(problem),
            Err(problem) => {
                self.failed = Some(problem);
                return Ok(0);
            }
            Ok(read) => read,
        };
        let allowed = usize::try_from(self.allowed - self.read.get()).unwrap_or(usize::MAX).min(read);
        self.overlong = allowed < read;
        self.hasher.update(buffer.get(..allowed).unwrap_or_default());
        self.read.set(self.read.get() + allowed as u64);
        Ok(allowed)
    }
}
