//! A layer of the store in use.

use std::fs::{self, File};
use std::os::fd::{AsFd, OwnedFd};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustix::fs::{FlockOperation, Timespec, Timestamps, UTIME_NOW};

use super::lock::flock;
use crate::layer::{LayerIndex, beneath, read_index};

/// An unpacked layer that stays in the store while this lives.
#[derive(Debug)]
pub(crate) struct HeldLayer {
    pub(crate) index: LayerIndex,
    /// The folder for overlayfs.
    pub(crate) path: PathBuf,
    /// The same, open.
    pub(crate) rootfs: Arc<OwnedFd>,
    /// Locked shared, which keeps sweeps away.
    _lock: File,
}

impl HeldLayer {
    /// Takes the layer in `dir`, unless it is missing, damaged, or may have lost bytes when the machine went down.
    pub(super) fn take(dir: &Path, boot: &str) -> Option<Self> {
        let lock = File::open(dir).ok()?;
        flock(&lock, FlockOperation::LockShared).ok()?;
        if !dir.join("durable").exists() && !is_of_boot(dir, boot) {
            return None;
        }
        let index = read_index(&dir.join("index"))?;
        let rootfs = Arc::new(beneath::open_folder(lock.as_fd(), b"rootfs").ok()?);
        note_use(dir);
        Some(Self { index, path: dir.join("rootfs"), rootfs, _lock: lock })
    }

    /// Lets go of the index once the view has been made from it.
    pub(crate) fn without_index(self) -> Self {
        Self { index: LayerIndex::default(), ..self }
    }
}

/// Whether the layer was unpacked since the machine was started.
pub(super) fn is_of_boot(dir: &Path, boot: &str) -> bool {
    !boot.is_empty() && fs::read_to_string(dir.join("boot")).is_ok_and(|found| found == boot)
}

/// The time of the index file says when the layer was last used. Not being able to note it only makes the layer
/// look older.
fn note_use(dir: &Path) {
    let now = Timespec { tv_sec: 0, tv_nsec: UTIME_NOW };
    let times = Timestamps { last_access: now, last_modification: now };
    if let Ok(index) = File::open(dir.join("index")) {
        let _ = rustix::fs::futimens(index, &times);
    }
}
