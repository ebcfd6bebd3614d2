//! Advisory locks (`flock`): they end with their process, however it ends.

use std::fs::File;
use std::io;
use std::os::fd::AsFd;

use rustix::fs::FlockOperation;
use rustix::io::Errno;

use assay_core::Fault;

use super::Store;

impl Store {
    /// Keeps clearing-up away while the returned file lives.
    pub(super) fn share(&self) -> Result<File, Fault> {
        self.lock("lock", FlockOperation::LockShared)
    }

    /// Keeps everybody away while the returned file lives.
    pub(super) fn exclude(&self) -> Result<File, Fault> {
        self.lock("lock", FlockOperation::LockExclusive)
    }

    /// Keeps other publishers away while the returned file lives.
    pub(super) fn publish_alone(&self) -> Result<File, Fault> {
        self.lock("publish", FlockOperation::LockExclusive)
    }

    fn lock(&self, name: &str, operation: FlockOperation) -> Result<File, Fault> {
        let path = self.folders.root.join(name);
        let failed = |cause: io::Error| Fault::io(format!("locking `{}`", path.display()), cause);
        let file = File::options().create(true).append(true).open(&path).map_err(failed)?;
        flock(&file, operation).map_err(failed)?;
        Ok(file)
    }
}

/// Locks the file or folder, waiting if need be.
pub(super) fn flock(file: impl AsFd, operation: FlockOperation) -> io::Result<()> {
    loop {
        match rustix::fs::flock(&file, operation) {
            Err(Errno::INTR) => {}
            other => return Ok(other?),
        }
    }
}

/// Locks the file or folder if nobody else holds it.
pub(super) fn try_exclusively(file: impl AsFd) -> bool {
    rustix::fs::flock(file, FlockOperation::NonBlockingLockExclusive).is_ok()
}
