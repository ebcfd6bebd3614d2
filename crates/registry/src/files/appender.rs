//! Writing what streams in: hashed while it is written, so that no byte is read twice.

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::num::NonZeroU64;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use assay_core::digest::Algorithm;
use assay_core::{Digest, Fault};
use rustix::fs::{Advice, fadvise};

use super::Hasher;
use super::place::out_of_space;

/// Smaller frames are merged to this many bytes before they are written.
const MERGED: usize = 256 << 10;

/// After so many bytes the disk is told to begin writing, so that the wait at the end is short.
const WRITE_BACK: u64 = 8 << 20;

/// How far an upload has come.
#[derive(Clone)]
pub(crate) struct Checkpoint {
    pub(crate) offset: u64,
    pub(crate) hasher: Hasher,
}

impl Checkpoint {
    pub(crate) fn start(algorithm: Algorithm) -> Self {
        Self { offset: 0, hasher: Hasher::new(algorithm) }
    }
}

/// A file of an upload, open for its next bytes.
pub(crate) struct Appender {
    path: PathBuf,
    file: BufWriter<File>,
    at: Checkpoint,
    begun_back: u64,
}

impl Appender {
    /// Opens the file at `path`, cut to where `from` says; what lies beyond was never acknowledged.
    pub(crate) fn open(path: &Path, from: Checkpoint) -> Result<Self, Fault> {
        let failed = |cause| out_of_space(format!("opening upload `{}`", path.display()), &cause);
        let mut file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            .mode(0o600)
            .open(path)
            .map_err(failed)?;
        file.set_len(from.offset).map_err(failed)?;
        file.seek(SeekFrom::Start(from.offset)).map_err(failed)?;
        let begun_back = from.offset;
        Ok(Self { path: path.into(), file: BufWriter::with_capacity(MERGED, file), at: from, begun_back })
    }

    /// Bytes of the file so far.
    pub(crate) fn offset(&self) -> u64 {
        self.at.offset
    }

    /// Takes the next bytes.
    pub(crate) fn push(&mut self, bytes: &[u8]) -> Result<(), Fault> {
        self.at.hasher.update(bytes);
        let written = self.file.write_all(bytes);
        written.map_err(|cause| self.failed(&cause))?;
        self.at.offset += bytes.len() as u64;
        if self.at.offset - self.begun_back >= WRITE_BACK {
            self.begin_write_back();
        }
        Ok(())
    }

    /// Hands everything to the kernel and says how far it is.
    pub(crate) fn checkpoint(&mut self) -> Result<Checkpoint, Fault> {
        let flushed = self.file.flush();
        flushed.map_err(|cause| self.failed(&cause))?;
        Ok(self.at.clone())
    }

    /// The file, complete, with the digest of all of it under `algorithm`.
    pub(crate) fn finish(mut self, algorithm: Algorithm) -> Result<(File, Digest, u64), Fault> {
        let Checkpoint { offset, hasher } = self.checkpoint()?;
        let failed =
            |cause: io::Error| out_of_space(format!("finishing upload `{}`", self.path.display()), &cause);
        let mut file = self.file.into_inner().map_err(|cause| failed(cause.into_error()))?;
        let same = matches!(
            (&hasher, algorithm),
            (Hasher::Sha256(_), Algorithm::Sha256) | (Hasher::Sha512(_), Algorithm::Sha512)
        );
        let digest = if same { hasher.finish() } else { rehash(&mut file, algorithm).map_err(failed)?.0 };
        Ok((file, digest, offset))
    }

    /// Lets the disk begin with what is complete, without waiting for it. The advice is about memory, but begins to
    /// write what has to be written before the memory could be given up.
    fn begin_write_back(&mut self) {
        let length = NonZeroU64::new(self.at.offset - self.begun_back);
        // Only a hint: when it is not taken, the end waits longer.
        let _ = fadvise(self.file.get_ref(), self.begun_back, length, Advice::DontNeed);
        self.begun_back = self.at.offset;
    }

    fn failed(&self, cause: &io::Error) -> Fault {
        out_of_space(format!("writing upload `{}`", self.path.display()), cause)
    }
}

/// Digest and size of what a file holds.
pub(crate) fn digest_of_file(file: &mut File, algorithm: Algorithm) -> Result<(Digest, u64), Fault> {
    rehash(file, algorithm).map_err(|cause| Fault::io("reading a blob", cause))
}

/// How far the file at `path` has come by what is in it.
pub(crate) fn checkpoint_of_file(path: &Path, algorithm: Algorithm) -> io::Result<Checkpoint> {
    match File::open(path) {
        Ok(mut file) => read_through(&mut file, algorithm),
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(Checkpoint::start(algorithm)),
        Err(cause) => Err(cause),
    }
}

fn rehash(file: &mut File, algorithm: Algorithm) -> io::Result<(Digest, u64)> {
    let Checkpoint { offset, hasher } = read_through(file, algorithm)?;
    Ok((hasher.finish(), offset))
}

fn read_through(file: &mut File, algorithm: Algorithm) -> io::Result<Checkpoint> {
    file.seek(SeekFrom::Start(0))?;
    let mut at = Checkpoint::start(algorithm);
    let mut buffer = vec![0; MERGED];
    loop {
        let read = file.read(&mut buffer)?;
        let Some(bytes) = buffer.get(..read).filter(|bytes| !bytes.is_empty()) else { return Ok(at) };
        at.hasher.update(bytes);
        at.offset += bytes.len() as u64;
    }
}
