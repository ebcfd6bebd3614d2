//! What has to be in order for the service to take work.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use assay_app::Service;
use assay_app::work::Workers;
use assay_core::ledger;
use assay_server::Probe;

use super::rooms::Rooms;
use crate::config::Config;

/// The workers, once they have been started.
pub(super) type Crew = Arc<Mutex<Option<Workers>>>;

/// What the last look at the sandbox found; nothing until it was looked at.
pub(super) type SandboxFound = Arc<Mutex<Option<Result<(), String>>>>;

/// What probes look at that changes while the service runs.
#[derive(Clone, Default)]
pub(super) struct Probes {
    pub(super) workers: Crew,
    pub(super) sandbox: SandboxFound,
}

impl Probes {
    /// The probes.
    pub(super) fn list(&self, rooms: &Rooms, config: &Config) -> Vec<Probe> {
        let (service, root) = (rooms.service.clone(), rooms.folder.root().to_owned());
        let (workers, sandbox, keep_free) =
            (self.workers.clone(), self.sandbox.clone(), config.registry.keep_free.0);
        vec![
            Probe { name: "database", look: Box::new(move || database(&service)) },
            Probe { name: "disk", look: Box::new(move || disk(&root, keep_free)) },
            Probe { name: "workers", look: Box::new(move || crew(&workers)) },
            Probe { name: "sandbox", look: Box::new(move || sandbox_found(&sandbox)) },
        ]
    }
}

/// Whether something can be written down.
fn database(service: &Service) -> Result<(), String> {
    let now = service.now().to_string();
    ledger::write(&*service.ledger, |records| records.set_cursor("readiness", Some(&now)))
        .map_err(|_| "the database cannot be written".into())
}

fn disk(root: &Path, keep_free: u64) -> Result<(), String> {
    match room(root) {
        Some((free, _)) if free >= keep_free => Ok(()),
        Some((free, _)) => Err(format!("{free} bytes are free, less than the {keep_free} that are kept")),
        None => Err("the disk cannot be asked".into()),
    }
}

/// Bytes free for us on the disk of a folder, and its size.
pub(super) fn room(folder: &Path) -> Option<(u64, u64)> {
    let found = rustix::fs::statvfs(folder).ok()?;
    Some((found.f_bavail.saturating_mul(found.f_frsize), found.f_blocks.saturating_mul(found.f_frsize)))
}

fn crew(workers: &Crew) -> Result<(), String> {
    match &*workers.lock().unwrap_or_else(PoisonError::into_inner) {
        None => Err("the workers have not been started".into()),
        Some(workers) if workers.are_alive() => Ok(()),
        Some(_) => Err("workers are missing".into()),
    }
}

fn sandbox_found(found: &SandboxFound) -> Result<(), String> {
    let found = found.lock().unwrap_or_else(PoisonError::into_inner).clone();
    found.unwrap_or_else(|| Err("the sandbox has not been tried yet".into()))
}
