//! The registry as one thing.

use std::path::Path;
use std::sync::{Arc, OnceLock};

use assay_core::ledger::{self, Transaction};
use assay_core::registry::{Gate, ManifestDesk, Repository, RepositoryName};
use assay_core::{Actor, Clock, Digest, IdSource, Ledger, OrgId, Refused};

use crate::files::BlobStore;
use crate::manifest::ManifestCache;
use crate::options::RegistryOptions;
use crate::quota;
use crate::session::Sessions;

/// What the registry is given to work with.
#[derive(Clone)]
pub struct RegistryParts {
    /// Where records are kept.
    pub ledger: Arc<dyn Ledger>,
    /// Who takes in manifests.
    pub desk: Arc<dyn ManifestDesk>,
    /// Who decides what a token may do.
    pub gate: Arc<dyn Gate>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Ids of uploads.
    pub ids: Arc<dyn IdSource>,
}

/// A registry over a data folder. One process at a time may have it open.
pub struct Registry {
    pub(crate) parts: RegistryParts,
    pub(crate) options: RegistryOptions,
    pub(crate) files: Arc<BlobStore>,
    pub(crate) sessions: Sessions,
    pub(crate) manifests: ManifestCache,
    /// Is told of every blob that comes in by protocol.
    listener: OnceLock<BlobListener>,
}

/// Hears of a blob and its bytes. Called on threads that take in uploads, so it must not wait.
pub type BlobListener = Box<dyn Fn(&Digest, u64) + Send + Sync>;

impl Registry {
    /// Opens the registry in `folder`, made when it is not there, and takes up the uploads that were under way.
    ///
    /// # Errors
    /// A fault when the folder cannot be made, read or written.
    pub fn open(folder: &Path, parts: RegistryParts, options: RegistryOptions) -> Result<Self, Refused> {
        let files = Arc::new(BlobStore::at(folder)?);
        let sessions = Sessions::take_up(&files)?;
        let manifests = ManifestCache::of(options.manifest_cache_bytes);
        Ok(Self { parts, options, files, sessions, manifests, listener: OnceLock::new() })
    }

    /// From now on `listener` hears of every blob that comes in. The first one stays.
    pub fn tell_of_blobs(&self, listener: BlobListener) {
        let _ = self.listener.set(listener);
    }

    /// A blob has come in and is durable.
    pub(crate) fn arrived(&self, digest: &Digest, size: u64) {
        if let Some(listener) = self.listener.get() {
            listener(digest, size);
        }
    }

    /// The files of what is kept, for whoever reads images from here.
    pub fn blobs(&self) -> Arc<BlobStore> {
        Arc::clone(&self.files)
    }

    /// Uploads under way.
    pub fn open_uploads(&self) -> usize {
        self.sessions.count()
    }

    /// Tells the registry that a repository's manifests or tags were changed by another way than its protocol.
    pub fn forget(&self, repository: &RepositoryName) {
        self.manifests.forget(repository.as_str());
    }

    /// Bytes the organization may store beyond what it stores, and its quota.
    pub(crate) fn room(&self, org: OrgId) -> Result<(u64, u64), Refused> {
        self.read(|records| quota::room(records, org, self.options.quota))
    }

    pub(crate) fn read<T>(
        &self,
        unit: impl FnOnce(&dyn Transaction) -> Result<T, Refused>,
    ) -> Result<T, Refused> {
        ledger::read(&*self.parts.ledger, unit)
    }

    pub(crate) fn write<T>(
        &self,
        unit: impl FnOnce(&dyn Transaction) -> Result<T, Refused>,
    ) -> Result<T, Refused> {
        ledger::write(&*self.parts.ledger, unit)
    }

    /// Reads something of a repository; `None` when nothing was ever pushed to it.
    pub(crate) fn read_in<T>(
        &self,
        name: &RepositoryName,
        unit: impl FnOnce(&dyn Transaction, &Repository) -> Result<Option<T>, Refused>,
    ) -> Result<Option<T>, Refused> {
        self.read(|records| match records.repository(name)? {
            Some(repository) => unit(records, &repository),
            None => Ok(None),
        })
    }

    /// Changes something of a repository; `None` when nothing was ever pushed to it.
    pub(crate) fn write_in<T>(
        &self,
        name: &RepositoryName,
        unit: impl FnOnce(&dyn Transaction, &Repository) -> Result<Option<T>, Refused>,
    ) -> Result<Option<T>, Refused> {
        self.write(|records| match records.repository(name)? {
            Some(repository) => unit(records, &repository),
            None => Ok(None),
        })
    }
}

/// The organization whose storage a repository counts against: the one its name begins with, else the pusher's.
pub(crate) fn owner(name: &RepositoryName, actor: &Actor) -> OrgId {
    name.org().unwrap_or(actor.org)
}
