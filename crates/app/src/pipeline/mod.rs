//! The way of a build from push to deployment, as far as the service goes it by itself: intake, fetching, certification,
//! deployment, and what has to be done by the clock.
//!
//! Each step is the handler of one kind of work. What it finds out is kept in one transaction with the event, with the
//! messages and work that follow, and with the end of its lease; files are made aside and renamed before that. So a step
//! that dies anywhere is done again from its beginning, and nobody sees it half done or twice.

mod ahead;
mod brief;
mod certification;
mod crash;
mod deploy;
mod evidence;
mod fetch;
mod intake;
mod live;
mod order;
mod placing;
mod port;
mod runtime;
mod shelf;
mod timer;

use std::path::PathBuf;
use std::sync::Arc;

use assay_core::ledger::write;
use assay_core::work::Lease;
use assay_core::{Fault, Refused};
use assay_image::{OpenOptions, Store};

use crate::Service;
use crate::work::{Handler, Setback};

pub use ahead::Ahead;
pub use crash::CrashPoints;
pub use live::{Live, Story, Telling};
pub use order::{Order, Reach, Task};
pub use port::{Bench, BlobFiles, Done, Importer, Judge};

use evidence::Evidence;
use runtime::Runtime;

/// What the steps are done with.
#[derive(Clone)]
pub struct Pipeline {
    /// The service.
    pub service: Service,
    /// Unpacked layers.
    pub images: Store,
    /// How images are opened at intake.
    pub open: OpenOptions,
    /// The registry's files.
    pub files: Arc<dyn BlobFiles>,
    /// Brings images in from elsewhere.
    pub importer: Arc<dyn Importer>,
    /// Judges images, somewhere it can be stopped.
    pub judge: Arc<dyn Judge>,
    /// Layers unpacked before their manifest comes.
    pub ahead: Arc<Ahead>,
    /// How running certifications go.
    pub live: Arc<Live>,
    /// Where things are kept.
    pub folders: Folders,
    /// What engines with declared hosts may reach all the same.
    pub reach: Reach,
    /// Where tests let the process die.
    pub crash: CrashPoints,
}

/// Folders of the pipeline, all in the data folder.
#[derive(Clone, Debug)]
pub struct Folders {
    /// Evidence bundles, by build.
    pub evidence: PathBuf,
    /// Images of deployed builds.
    pub runtime: PathBuf,
    /// Uploaded archives that wait to be read.
    pub archives: PathBuf,
}

impl std::fmt::Debug for Pipeline {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pipeline").field("folders", &self.folders).finish_non_exhaustive()
    }
}

impl Pipeline {
    /// A handler for each of the pipeline's kinds of work.
    pub fn handlers(&self) -> Vec<Arc<dyn Handler>> {
        vec![
            Arc::new(intake::Intake(self.clone())),
            Arc::new(fetch::Fetch(self.clone())),
            Arc::new(certification::Certification(self.clone())),
            Arc::new(deploy::Deploy(self.clone())),
            Arc::new(timer::Timer(self.clone())),
        ]
    }

    /// Makes ready: clears what steps that died left behind, and sees to it that the housekeeping comes up.
    ///
    /// # Errors
    /// A fault of the disk or the store.
    pub fn prepare(&self) -> Result<(), Refused> {
        self.evidence().sweep()?;
        self.runtime().sweep()?;
        let now = self.service.now();
        write(&*self.service.ledger, |records| timer::schedule_housekeeping(records, now, now))
    }

    fn evidence(&self) -> Evidence<'_> {
        Evidence { folder: &self.folders.evidence }
    }

    fn runtime(&self) -> Runtime<'_> {
        Runtime { folder: &self.folders.runtime, files: &*self.files }
    }
}

/// The payload of leased work.
fn payload<T: serde::de::DeserializeOwned>(lease: &Lease) -> Result<T, Setback> {
    serde_json::from_value(lease.work.payload.clone())
        .map_err(|cause| Setback::Hopeless(Fault::new("bug", "reading what the work is about", cause)))
}
