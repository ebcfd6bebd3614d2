//! Putting files in their place and taking them away, so that a record without its file cannot arise.

use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::PoisonError;
use std::time::SystemTime;

use assay_core::digest::Algorithm;
use assay_core::{Digest, Fault, Refused};
use rustix::fs::{CWD, Mode, RenameFlags, fchmod, fdatasync, fsync, renameat_with};

use super::BlobStore;

impl BlobStore {
    /// Makes the file at `made`, whose bytes were checked against `digest`, the blob's own; then runs `record`. When it
    /// returns the bytes are durable, and were so before the record.
    pub(crate) fn keep<T>(
        &self,
        made: &Path,
        file: &File,
        digest: &Digest,
        record: impl FnOnce() -> Result<T, Refused>,
    ) -> Result<T, Refused> {
        let _shared = self.door.read().unwrap_or_else(PoisonError::into_inner);
        self.place(made, file, digest)
            .map_err(|cause| out_of_space(format!("keeping blob {digest}"), &cause))?;
        record()
    }

    /// Takes a blob's file away when `forget` says that the records know it no more.
    pub(crate) fn remove(
        &self,
        digest: &Digest,
        forget: impl FnOnce() -> Result<bool, Refused>,
    ) -> Result<bool, Refused> {
        let _alone = self.door.write().unwrap_or_else(PoisonError::into_inner);
        let forgotten = forget()?;
        if forgotten {
            unless_missing(fs::remove_file(self.path(digest)))
                .map_err(|cause| Fault::io(format!("removing blob {digest}"), cause))?;
        }
        Ok(forgotten)
    }

    /// Sets a blob's file aside for people to look at, when `damaged` finds it damaged indeed while nobody else can
    /// touch it.
    pub(crate) fn set_aside(
        &self,
        digest: &Digest,
        damaged: impl FnOnce() -> Result<bool, Refused>,
    ) -> Result<bool, Refused> {
        let _alone = self.door.write().unwrap_or_else(PoisonError::into_inner);
        let damaged = damaged()?;
        if damaged {
            let aside = self.quarantine.join(format!("{}-{}", digest.algorithm().name(), digest.hex()));
            unless_missing(fs::rename(self.path(digest), aside))
                .map_err(|cause| Fault::io(format!("setting blob {digest} aside"), cause))?;
        }
        Ok(damaged)
    }

    /// Digests of the files in one of the 512 folders, as far as they were last written before `before`.
    pub(crate) fn shelved(&self, shelf: u16, before: SystemTime) -> Result<Vec<Digest>, Fault> {
        let algorithm = if shelf < 256 { Algorithm::Sha256 } else { Algorithm::Sha512 };
        let folder = self.blobs.join(algorithm.name()).join(format!("{:02x}", shelf % 256));
        read_shelf(&folder, algorithm, before)
            .map_err(|cause| Fault::io(format!("reading `{}`", folder.display()), cause))
    }

    /// A file that is not in its place yet is renamed first, so that its bytes and its name can reach the disk at the same
    /// time. That must not be done to a file others rely on already: there the new one is made durable before it takes
    /// over.
    fn place(&self, made: &Path, file: &File, digest: &Digest) -> io::Result<()> {
        let (shelf, to) = (self.make_shelf(digest)?, self.path(digest));
        fchmod(file, Mode::from_raw_mode(0o444))?;
        if renameat_with(CWD, made, CWD, &to, RenameFlags::NOREPLACE).is_ok() {
            return sync_both(file, &File::open(shelf)?);
        }
        fdatasync(file)?;
        fs::rename(made, &to)?;
        Ok(fsync(File::open(shelf)?)?)
    }

    fn make_shelf(&self, digest: &Digest) -> io::Result<PathBuf> {
        let shelf = self.shelf(digest);
        match fs::create_dir(&shelf) {
            Ok(()) => fsync(File::open(self.blobs.join(digest.algorithm().name()))?)?,
            Err(cause) if cause.kind() == ErrorKind::AlreadyExists => {}
            Err(cause) => return Err(cause),
        }
        Ok(shelf)
    }
}

/// Makes a file and its folder durable. Both at once are one wait for the disk, one after the other are two.
fn sync_both(file: &File, folder: &File) -> io::Result<()> {
    std::thread::scope(|scope| {
        let other = scope.spawn(|| fsync(folder));
        fdatasync(file)?;
        Ok(other.join().map_err(|_| io::Error::other("a thread broke"))??)
    })
}

/// A fault of a write. A full disk may have room later.
pub(crate) fn out_of_space(doing: String, cause: &io::Error) -> Fault {
    match cause.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
            Fault::new("disk-full", doing, cause).retryable().hint("make room on the disk of the data folder")
        }
        _ => Fault::io(doing, cause),
    }
}

fn read_shelf(folder: &Path, algorithm: Algorithm, before: SystemTime) -> io::Result<Vec<Digest>> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(cause) if cause.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(cause) => return Err(cause),
    };
    let mut found = Vec::new();
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name();
        let digest = format!("{}:{}", algorithm.name(), name.to_string_lossy()).parse();
        if let (Ok(digest), true) = (digest, entry.metadata()?.modified()? < before) {
            found.push(digest);
        }
    }
    Ok(found)
}

fn unless_missing(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(cause) if cause.kind() == ErrorKind::NotFound => Ok(()),
        other => other,
    }
}
