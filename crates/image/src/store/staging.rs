//! A layer in the making: unpacked aside, then renamed into place as a whole.

use std::fs::{self, File};
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use rustix::fs::{CWD, FlockOperation};
use rustix::io::Errno;

use assay_core::Fault;

use super::lock::flock;
use super::{Folders, HeldLayer};
use crate::layer::{LayerIndex, beneath, write_index};

/// A folder of ours below `staging`, removed unless published.
#[derive(Debug)]
pub(crate) struct Staging {
    dir: PathBuf,
    /// Locked exclusively: shows that somebody is at work here.
    lock: File,
    published: bool,
}

impl Staging {
    pub(super) fn create(staging: &Path) -> Result<Self, Fault> {
        let failed = |cause| Fault::io(format!("creating a folder in `{}`", staging.display()), cause);
        let dir = new_folder(staging).map_err(failed)?;
        let lock = File::open(&dir).map_err(failed)?;
        flock(&lock, FlockOperation::LockExclusive).map_err(failed)?;
        let made = Self { dir, lock, published: false };
        fs::DirBuilder::new().mode(0o755).create(made.dir.join("rootfs")).map_err(failed)?;
        Ok(made)
    }

    /// The empty folder to unpack to.
    pub(crate) fn rootfs(&self) -> Result<OwnedFd, Fault> {
        beneath::open_folder(self.lock.as_fd(), b"rootfs")
            .map_err(|cause| Fault::io(format!("opening `{}`", self.dir.display()), cause))
    }

    /// Writes the index of what was unpacked.
    pub(crate) fn write_index(&self, index: &LayerIndex) -> Result<(), Fault> {
        fs::write(self.dir.join("index"), write_index(index))
            .map_err(|cause| Fault::io(format!("writing `{}/index`", self.dir.display()), cause))
    }

    /// Renames the folder to `target`. When another process was faster its layer is taken; one that is damaged is
    /// moved away.
    pub(super) fn publish(mut self, target: &Path, folders: &Folders) -> Result<HeldLayer, Fault> {
        let failed = |cause| Fault::io(format!("storing `{}`", target.display()), cause);
        fs::write(self.dir.join("boot"), &folders.boot).map_err(failed)?;
        if let Some(theirs) = HeldLayer::take(target, &folders.boot) {
            return Ok(theirs);
        }
        match fs::rename(&self.dir, target) {
            Err(problem) if is_taken(&problem) => {
                let aside = new_folder(&folders.staging).map_err(failed)?;
                // One step, so that the name is never missing; what was there is left for the next clearing-up.
                rustix::fs::renameat(CWD, target, CWD, &aside).map_err(|cause| failed(cause.into()))?;
                fs::rename(&self.dir, target).map_err(failed)?;
            }
            other => other.map_err(failed)?,
        }
        self.published = true;
        flock(&self.lock, FlockOperation::LockShared).map_err(failed)?;
        HeldLayer::take(target, &folders.boot).ok_or_else(|| failed(io::Error::other("the layer vanished")))
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        if !self.published {
            drop(remove_tree(&self.dir));
        }
    }
}

/// Removes a folder whatever its permissions.
pub(super) fn remove_tree(dir: &Path) -> io::Result<()> {
    use std::os::unix::ffi::OsStrExt;
    let (Some(parent), Some(name)) = (dir.parent(), dir.file_name()) else { return Ok(()) };
    beneath::remove(File::open(parent)?, name.as_bytes())
}

/// A new folder with a name nobody uses. The process id keeps apart processes, the count threads; a name left by a
/// dead process with the same id is passed over.
fn new_folder(staging: &Path) -> io::Result<PathBuf> {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    loop {
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let dir = staging.join(format!("{}-{count}", std::process::id()));
        match fs::DirBuilder::new().mode(0o700).create(&dir) {
            Err(problem) if problem.kind() == io::ErrorKind::AlreadyExists => {}
            other => return other.map(|()| dir),
        }
    }
}

fn is_taken(problem: &io::Error) -> bool {
    [Errno::EXIST, Errno::NOTEMPTY].iter().any(|taken| problem.raw_os_error() == Some(taken.raw_os_error()))
}
