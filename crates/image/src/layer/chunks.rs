//! The pipe between the inflating and the walking thread.

use std::io::{self, Read};
use std::sync::mpsc::{Receiver, Sender};

use assay_core::Digest;
use assay_core::digest::Algorithm;

use crate::hash::Hasher;

/// The unpacked stream as the walker reads it, hashed on the way.
pub(super) struct Chunks {
    full: Receiver<Vec<u8>>,
    empty: Sender<Vec<u8>>,
    current: Vec<u8>,
    at: usize,
    hasher: Hasher,
}

impl Chunks {
    pub(super) fn new(full: Receiver<Vec<u8>>, empty: Sender<Vec<u8>>, algorithm: Algorithm) -> Self {
        Self { full, empty, current: Vec::new(), at: 0, hasher: Hasher::new(algorithm) }
    }

    /// The digest of the stream; the rest is read first when the walker came to its end.
    pub(super) fn finish(mut self, to_the_end: bool) -> Digest {
        if to_the_end {
            drop(io::copy(&mut self, &mut io::sink()));
        }
        self.hasher.finish()
    }
}

impl Read for Chunks {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.at == self.current.len() {
            let Ok(next) = self.full.recv() else { return Ok(0) };
            self.hasher.update(&next);
            // The other thread may be gone already.
            drop(self.empty.send(std::mem::replace(&mut self.current, next)));
            self.at = 0;
        }
        let rest = self.current.get(self.at..).unwrap_or_default();
        let read = rest.len().min(buffer.len());
        if let (Some(place), Some(bytes)) = (buffer.get_mut(..read), rest.get(..read)) {
            place.copy_from_slice(bytes);
        }
        self.at += read;
        Ok(read)
    }
}
