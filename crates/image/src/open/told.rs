//! Telling how far a large layer is.

use std::io::{self, Read};

use assay_core::{Progress, Step};

/// Bytes between two notes.
const EVERY: u64 = 32 << 20;

/// Tells of every 32 MiB read through it.
pub(super) struct Told<'a, R> {
    inner: R,
    progress: &'a dyn Progress,
    /// Size of the whole, when it is known.
    size: Option<u64>,
    read: u64,
}

impl<'a, R: Read> Told<'a, R> {
    pub(super) fn new(inner: R, progress: &'a dyn Progress, size: Option<u64>) -> Self {
        Self { inner, progress, size, read: 0 }
    }
}

impl<R: Read> Read for Told<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        let before = self.read / EVERY;
        self.read += read as u64;
        if self.read / EVERY > before {
            let of = self.size.map_or_else(String::new, |size| format!(" of {}", megabytes(size)));
            self.progress.note(Step::Layers, &format!("{}{of} of a layer", megabytes(self.read)));
        }
        Ok(read)
    }
}

/// A size for people.
pub(super) fn megabytes(bytes: u64) -> String {
    format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000)
}
