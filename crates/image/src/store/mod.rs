//! The cache of unpacked layers, named by diff id and shared by all processes that use the folder.
//!
//! ```text
//! lock                  held shared for moments by everybody, exclusively by whoever clears up
//! publish               held exclusively while a layer is renamed into place
//! layers/sha256-HEX/    one layer; locked shared by everybody who uses it
//!     rootfs/           its files, as overlayfs wants them
//!     index             what it holds, with a checksum
//!     boot              the boot of the machine that unpacked it
//!     durable           there once everything has reached the disk
//! blobs/sha256-HEX      diff id, size and encoding of a blob that was checked before
//! staging/              work in progress, locked by its maker; without a lock it is a leftover
//! ```

mod held;
mod known;
mod lock;
mod staging;
mod sweep;

use std::fs;
use std::io::Write;
use std::os::fd::AsFd;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use assay_core::{Digest, Fault};

pub(crate) use held::HeldLayer;
pub(crate) use known::KnownBlob;
pub(crate) use staging::Staging;
pub use sweep::Swept;

/// Unpacked layers in a folder. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Store {
    folders: Arc<Folders>,
}

#[derive(Debug)]
struct Folders {
    root: PathBuf,
    layers: PathBuf,
    blobs: PathBuf,
    staging: PathBuf,
    /// Names the running boot of the machine: files written since are intact unless the machine went down.
    boot: String,
}

impl Store {
    /// Opens the store in `dir`, making it when missing and clearing what interrupted work left.
    ///
    /// # Errors
    /// A fault when the folder cannot be made, or its file system lacks what unpacked layers need.
    pub fn open(dir: &Path) -> Result<Self, Fault> {
        let [layers, blobs, staging] = ["layers", "blobs", "staging"].map(|name| dir.join(name));
        for folder in [dir, &layers, &blobs, &staging] {
            let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(folder);
            made.map_err(|cause| Fault::io(format!("creating `{}`", folder.display()), cause))?;
        }
        // Other users of the machine have no business with set-id bits or devices of foreign images.
        fs::set_permissions(dir, fs::Permissions::from_mode(0o700))
            .map_err(|cause| Fault::io(format!("restricting `{}`", dir.display()), cause))?;
        let root = fs::canonicalize(dir)
            .map_err(|cause| Fault::io(format!("opening `{}`", dir.display()), cause))?;
        let boot = fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
        let [layers, blobs, staging] = ["layers", "blobs", "staging"].map(|name| root.join(name));
        let store = Self { folders: Arc::new(Folders { root, layers, blobs, staging, boot }) };
        store.clear_leftovers()?;
        Ok(store)
    }

    /// The layer, when it is here and whole. It stays while the returned value lives.
    pub(crate) fn layer(&self, diff_id: &Digest) -> Result<Option<HeldLayer>, Fault> {
        let _moment = self.share()?;
        Ok(HeldLayer::take(&self.layer_dir(diff_id), &self.folders.boot))
    }

    /// What `blob` was found to be before.
    pub(crate) fn known_blob(&self, blob: &Digest) -> Option<KnownBlob> {
        KnownBlob::read(&fs::read_to_string(self.folders.blobs.join(name(blob))).ok()?)
    }

    /// Whether `blob` was unpacked before, and the layer is here still.
    pub(crate) fn has_layer_of(&self, blob: &Digest) -> bool {
        self.known_blob(blob).is_some_and(|known| self.layer_dir(&known.diff_id).exists())
    }

    /// Remembers what `blob` was found to be.
    pub(crate) fn remember_blob(&self, blob: &Digest, known: &KnownBlob) -> Result<(), Fault> {
        let _moment = self.share()?;
        let path = self.folders.blobs.join(name(blob));
        let failed = |cause| Fault::io(format!("writing `{}`", path.display()), cause);
        let mut aside = tempfile::NamedTempFile::new_in(&self.folders.staging).map_err(failed)?;
        aside.write_all(known.line().as_bytes()).map_err(failed)?;
        aside.persist(&path).map(drop).map_err(|problem| failed(problem.error))
    }

    /// A new empty place to unpack a layer to.
    pub(crate) fn stage(&self) -> Result<Staging, Fault> {
        let _moment = self.share()?;
        Staging::create(&self.folders.staging)
    }

    /// Makes a staged layer known under its diff id.
    pub(crate) fn publish(&self, staging: Staging, diff_id: &Digest) -> Result<HeldLayer, Fault> {
        let _moment = self.share()?;
        let _alone = self.publish_alone()?;
        staging.publish(&self.layer_dir(diff_id), &self.folders)
    }

    /// A nameless file for a copy of something that has to be read in any order; gone when closed.
    pub(crate) fn scratch(&self) -> Result<fs::File, Fault> {
        let _moment = self.share()?;
        tempfile::tempfile_in(&self.folders.staging).map_err(|cause| {
            Fault::io(format!("creating a file in `{}`", self.folders.staging.display()), cause)
        })
    }

    /// Waits until all layers have reached the disk and marks them so. Until then they survive the end of any
    /// process, but are unpacked again after the machine went down.
    pub fn settle(&self) -> Result<(), Fault> {
        let _moment = self.share()?;
        let failed = |cause| Fault::io(format!("syncing `{}`", self.folders.root.display()), cause);
        let fresh: Vec<PathBuf> =
            self.layer_dirs()?.into_iter().filter(|dir| !dir.join("durable").exists()).collect();
        if fresh.is_empty() {
            return Ok(());
        }
        let root = fs::File::open(&self.folders.root).map_err(failed)?;
        rustix::fs::syncfs(root.as_fd()).map_err(|cause| failed(cause.into()))?;
        for dir in fresh.iter().filter(|dir| held::is_of_boot(dir, &self.folders.boot)) {
            fs::write(dir.join("durable"), b"").map_err(failed)?;
        }
        Ok(())
    }

    fn layer_dir(&self, diff_id: &Digest) -> PathBuf {
        self.folders.layers.join(name(diff_id))
    }

    fn layer_dirs(&self) -> Result<Vec<PathBuf>, Fault> {
        let failed = |cause| Fault::io(format!("listing `{}`", self.folders.layers.display()), cause);
        let mut dirs = Vec::new();
        for entry in fs::read_dir(&self.folders.layers).map_err(failed)? {
            dirs.push(entry.map_err(failed)?.path());
        }
        dirs.sort();
        Ok(dirs)
    }
}

/// A digest as a file name.
fn name(digest: &Digest) -> String {
    format!("{}-{}", digest.algorithm().name(), digest.hex())
}
