//! What the pipeline needs of other rooms, and the judging that needs nothing of them.

use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::Arc;

use assay_checks::security::Database;
use assay_core::registry::RepositoryName;
use assay_core::run::EngineRunner;
use assay_core::{Clock, Digest, Fault, IdSource, OrgId, Progress, Refused};
use assay_image::{OpenOptions, Store, TopDocument};

use super::order::{Order, Task};
use crate::certification::{Certified, Probe, Rooms, StoredImage, certify, probe};
use crate::work::StopFlag;

/// The registry's blobs as files.
pub trait BlobFiles: Send + Sync {
    /// The blob's file; nothing when it is not there.
    ///
    /// # Errors
    /// Trouble of the disk.
    fn open(&self, digest: &Digest) -> io::Result<Option<File>>;

    /// Gives the blob's file the further name `target`, or copies it there; `false` when it is not there.
    ///
    /// # Errors
    /// Trouble of the disk.
    fn link(&self, digest: &Digest, target: &Path) -> io::Result<bool>;
}

/// Brings an image from elsewhere into a repository of the registry: every blob checked, durable and visible there.
pub trait Importer: Send + Sync {
    /// Keeps a blob, read from `bytes`. What it turns out to be is checked against `digest`, when it is known.
    ///
    /// # Errors
    /// A rejection `digest-differs`, or `quota-exceeded` and the like; a fault of disk or source.
    fn keep(
        &self,
        repository: &RepositoryName,
        org: OrgId,
        digest: Option<&Digest>,
        bytes: &mut (dyn io::Read + Send),
    ) -> Result<(Digest, u64), Refused>;

    /// The repository's manifests were changed without the protocol.
    fn changed(&self, repository: &RepositoryName);
}

/// What came of an order.
#[derive(Clone, Debug)]
pub enum Done {
    /// The image was judged.
    Certified(Box<Certified>),
    /// The engine was started.
    Probed(Probe),
}

/// Judges images. It runs for minutes and may hang, so it has to be somewhere where it can be ended by force.
pub trait Judge: Send + Sync {
    /// Carries an order out. Ends soon after `stop` is raised, whatever hangs; the result is a fault then.
    ///
    /// # Errors
    /// A rejection when the order cannot be followed, a fault when something of ours broke.
    fn carry_out(&self, order: &Order, progress: &dyn Progress, stop: &StopFlag) -> Result<Done, Refused>;
}

/// Judges where it stands, without a way to be ended.
pub struct Bench {
    /// Unpacked layers.
    pub images: Store,
    /// Vulnerability data.
    pub database: Option<Database>,
    /// The sandbox, or why there is none.
    pub runner: Result<Arc<dyn EngineRunner>, Fault>,
    /// The registry's files.
    pub files: Arc<dyn BlobFiles>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Ids.
    pub ids: Arc<dyn IdSource>,
    /// How images are opened.
    pub open: OpenOptions,
}

impl std::fmt::Debug for Bench {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Bench").finish_non_exhaustive()
    }
}

impl Judge for Bench {
    fn carry_out(&self, order: &Order, progress: &dyn Progress, _: &StopFlag) -> Result<Done, Refused> {
        let request = order.request(self.open.clone())?;
        let blobs = order.blobs(&*self.files);
        let top: &TopDocument = &order.top;
        let rooms = Rooms {
            store: &self.images,
            database: self.database.as_ref(),
            runner: self.runner.as_deref(),
            clock: &*self.clock,
            ids: &*self.ids,
            progress,
            stored: Some(StoredImage { top, blobs: &blobs }),
        };
        Ok(match order.task {
            Task::Certify => Done::Certified(Box::new(certify(&request, rooms)?)),
            Task::Probe => Done::Probed(probe(&request, rooms)?),
        })
    }
}
