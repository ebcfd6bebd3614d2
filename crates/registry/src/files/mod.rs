//! The files of blobs.

mod appender;
mod hasher;
mod place;

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::sync::RwLock;

use assay_core::digest::Algorithm;
use assay_core::{Digest, Fault};

pub(crate) use appender::{Appender, Checkpoint, checkpoint_of_file, digest_of_file};
pub(crate) use hasher::{Hasher, digest_of};
pub(crate) use place::out_of_space;

/// Blobs as files named by their digest. A file is here before the records know of it, and until they have forgotten it.
#[derive(Debug)]
pub struct BlobStore {
    blobs: PathBuf,
    pub(crate) uploads: PathBuf,
    quarantine: PathBuf,
    /// Shared by whoever puts a file in its place until its record is committed; held alone by whoever takes one away.
    door: RwLock<()>,
}

impl BlobStore {
    /// The store in `folder`, made when it is not there.
    ///
    /// # Errors
    /// A fault when folders cannot be made.
    pub fn at(folder: &Path) -> Result<Self, Fault> {
        let [blobs, uploads, quarantine] = ["blobs", "uploads", "quarantine"].map(|name| folder.join(name));
        let algorithms = [Algorithm::Sha256, Algorithm::Sha512].map(|algorithm| blobs.join(algorithm.name()));
        for made in algorithms.iter().chain([&uploads, &quarantine]) {
            fs::DirBuilder::new()
                .recursive(true)
                .mode(0o700)
                .create(made)
                .map_err(|cause| Fault::io(format!("making `{}`", made.display()), cause))?;
        }
        Ok(Self { blobs, uploads, quarantine, door: RwLock::new(()) })
    }

    /// The bytes of a blob. Whether somebody may read it is for the caller to know.
    ///
    /// # Errors
    /// A fault `blob-missing` when there is no such file; an `io` one when it cannot be opened.
    pub fn open(&self, digest: &Digest) -> Result<File, Fault> {
        let doing = || format!("opening blob {digest}");
        self.find(digest)
            .map_err(|cause| Fault::io(doing(), cause))?
            .ok_or_else(|| Fault::new("blob-missing", doing(), "its file is not there"))
    }

    /// Gives a blob's file the further name `target`, or copies it there when that is on another disk; `false` when its
    /// file is not there. What is linked stays when the registry lets go of the blob.
    ///
    /// # Errors
    /// Trouble of the disk.
    pub fn link(&self, digest: &Digest, target: &Path) -> io::Result<bool> {
        let path = self.path(digest);
        match fs::hard_link(&path, target) {
            Err(cause) if cause.kind() == io::ErrorKind::CrossesDevices => {
                fs::copy(&path, target).map(|_| true)
            }
            Err(cause) if cause.kind() == io::ErrorKind::NotFound && !path.exists() => Ok(false),
            other => other.map(|()| true),
        }
    }

    /// The bytes of a blob, if its file is there.
    pub fn find(&self, digest: &Digest) -> io::Result<Option<File>> {
        match File::open(self.path(digest)) {
            Ok(file) => Ok(Some(file)),
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(cause) => Err(cause),
        }
    }

    /// Whether `file`, open, is the one in the blob's place; without one, whether there is none. The open file keeps its
    /// number from being given to another.
    pub(crate) fn holds(&self, digest: &Digest, file: Option<&File>) -> Result<bool, Fault> {
        let failed = |cause| Fault::io(format!("looking at blob {digest}"), cause);
        let number = |file: &File| file.metadata().map(|found| (found.dev(), found.ino())).map_err(failed);
        let there = self.find(digest).map_err(failed)?;
        Ok(there.as_ref().map(number).transpose()? == file.map(number).transpose()?)
    }

    /// Bytes of the disk that are left for us.
    pub(crate) fn free_bytes(&self) -> Result<u64, Fault> {
        let found = rustix::fs::statvfs(&self.uploads)
            .map_err(|cause| Fault::io("asking how much disk is left", cause))?;
        Ok(found.f_bavail.saturating_mul(found.f_frsize))
    }

    fn path(&self, digest: &Digest) -> PathBuf {
        self.shelf(digest).join(digest.hex())
    }

    /// The folder of a blob's file.
    fn shelf(&self, digest: &Digest) -> PathBuf {
        let first = digest.hex().get(..2).unwrap_or_default();
        self.blobs.join(digest.algorithm().name()).join(first)
    }
}
