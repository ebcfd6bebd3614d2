//! The pipeline over the service's rooms.

use std::io::Read;
use std::sync::Arc;

use assay_app::Refused;
use assay_app::notice::is_public;
use assay_app::pipeline::{Ahead, CrashPoints, Folders, Importer, Pipeline, Reach};
use assay_core::registry::RepositoryName;
use assay_core::{Digest, OrgId};
use assay_image::{AddressRule, ImageLimits, OpenOptions, Store};
use assay_registry::Registry;

use super::probes;
use super::rooms::Rooms;
use crate::config::Config;
use crate::judge::{Files, Judges};

/// Unpacked bytes of a layer that is unpacked before anybody asks for it: nobody has said yet that it is an engine's.
const AHEAD_BYTES: u64 = 4 << 30;

/// The pipeline, made ready: what a service that died left behind is cleared, and layers are unpacked as they come.
/// `crash_at` names a place at which to die.
pub(super) fn pipeline(
    rooms: &Rooms,
    config: &Config,
    crash_at: Option<String>,
) -> Result<Pipeline, Refused> {
    let folder = &rooms.folder;
    let images = Store::open(&folder.images())?;
    let files = Arc::new(Files(rooms.registry.blobs()));
    let limits = ImageLimits { unpacked_bytes: AHEAD_BYTES, ..ImageLimits::default() };
    let (root, kept) = (folder.images(), config.registry.keep_free.0.saturating_add(AHEAD_BYTES));
    let has_room = move || probes::room(&root).is_some_and(|(free, _)| free > kept);
    let ahead = Ahead::start(files.clone(), images.clone(), limits, has_room, humble)?;
    let offer = ahead.clone();
    rooms.registry.tell_of_blobs(Box::new(move |digest, size| offer.offer(digest, size)));
    let pipeline = Pipeline {
        service: rooms.service.clone(),
        images,
        open: OpenOptions { addresses: fetched_from(config), ..OpenOptions::default() },
        files,
        importer: Arc::new(Imports(rooms.registry.clone())),
        judge: Arc::new(Judges::new(folder, rooms.service.clock.clone())?),
        ahead,
        live: rooms.live.clone(),
        folders: Folders {
            evidence: folder.evidence(),
            runtime: folder.root().join("runtime"),
            archives: folder.archives(),
        },
        reach: reach(config),
        crash: crash(crash_at),
    };
    pipeline.prepare()?;
    Ok(pipeline)
}

/// Where images are fetched from that users name: our machine sees more of the network than they do.
fn fetched_from(config: &Config) -> AddressRule {
    let inside = config.fetch.allow_addresses.clone();
    AddressRule::only(move |address| {
        is_public(address.to_canonical()) || inside.iter().any(|block| block.contains(address.to_canonical()))
    })
}

fn reach(config: &Config) -> Reach {
    let blocks = &config.certification.allow_addresses;
    let allow = blocks.iter().map(|block| format!("{}/{}", block.address, block.prefix)).collect();
    Reach { allow, ..Reach::default() }
}

/// Lets everybody else go first on this machine's processors.
fn humble() {
    // A thread that may not be humble does its work all the same.
    let _ = rustix::process::setpriority_process(Some(rustix::thread::gettid()), 5);
}

/// Dies at a marked place, as tests of crashes want it.
fn crash(at: Option<String>) -> CrashPoints {
    match at {
        Some(place) => CrashPoints::told_to(move |reached| {
            if reached == place {
                std::process::abort();
            }
        }),
        None => CrashPoints::default(),
    }
}

/// Brings images into the registry.
struct Imports(Arc<Registry>);

impl Importer for Imports {
    fn keep(
        &self,
        repository: &RepositoryName,
        org: OrgId,
        digest: Option<&Digest>,
        bytes: &mut (dyn Read + Send),
    ) -> Result<(Digest, u64), Refused> {
        self.0.import(repository, org, digest, bytes)
    }

    fn changed(&self, repository: &RepositoryName) {
        self.0.forget(repository);
    }
}
