//! What is done by the clock beside the queue: chores that no crash can lose, since the next round does them.

use std::sync::Arc;
use std::time::Duration;

use assay_app::Refused;
use assay_app::work::{StopFlag, StopReason};
use assay_core::Fault;
use assay_server::listen::Certificates;

use super::chores;
use super::probes::SandboxFound;
use super::rooms::Rooms;
use crate::config::Config;

/// How often is looked whether certificates were written anew.
const CERTIFICATES: Duration = Duration::from_secs(30);

/// How often the sandbox is tried.
const SANDBOX: Duration = Duration::from_secs(600);

/// How often ended work is forgotten, and the cache of layers kept within its size.
const TIDYING: Duration = Duration::from_secs(3600);

type Chore = Box<dyn Fn() -> Result<(), Refused> + Send>;

/// Threads that do chores until they are told to stop.
#[derive(Debug)]
pub(super) struct Timers {
    stop: StopFlag,
    threads: Vec<std::thread::JoinHandle<()>>,
}

impl Timers {
    /// Starts every chore.
    pub(super) fn start(
        rooms: &Rooms,
        config: &Config,
        certificates: Option<Arc<Certificates>>,
        sandbox: SandboxFound,
    ) -> Result<Self, Refused> {
        let mut timers = Self { stop: StopFlag::default(), threads: Vec::new() };
        let sweep_every = config.registry.sweep_every;
        let (registry, stop) = (rooms.registry.clone(), timers.stop.clone());
        timers.every("collect", sweep_every, Box::new(move || chores::collect(&registry, &stop)))?;
        let registry = rooms.registry.clone();
        timers.every("uploads", sweep_every, Box::new(move || chores::sweep(&registry)))?;
        let (registry, folder) = (rooms.registry.clone(), rooms.folder.clone());
        let pace = config.registry.scrub_every;
        timers.every("scrub", chores::SCRUB, Box::new(move || chores::scrub(&registry, &folder, pace)))?;
        let (service, remember) = (rooms.service.clone(), config.work.remember);
        timers.every("forget", TIDYING, Box::new(move || chores::forget(&service, remember)))?;
        let (service, folder) = (rooms.service.clone(), rooms.folder.clone());
        let (bytes, age) = (config.certification.layer_cache.0, config.certification.layer_age);
        timers.every("layers", TIDYING, Box::new(move || chores::layers(&folder, &service, bytes, age)))?;
        let folder = rooms.folder.clone();
        timers.every("leftovers", TIDYING, Box::new(move || chores::leftovers(&folder)))?;
        let (service, folder) = (rooms.service.clone(), rooms.folder.clone());
        timers.every("archives", TIDYING, Box::new(move || chores::archives(&folder, &service, remember)))?;
        let folder = rooms.folder.clone();
        timers.every("sandbox", SANDBOX, Box::new(move || chores::try_sandbox(&folder, &sandbox)))?;
        if let Some(certificates) = certificates {
            timers.every("certificates", CERTIFICATES, Box::new(move || chores::refresh(&certificates)))?;
        }
        Ok(timers)
    }

    /// Does a chore now and then again after each `time`. What goes wrong is told, and tried again next time.
    fn every(&mut self, name: &'static str, time: Duration, chore: Chore) -> Result<(), Refused> {
        let stop = self.stop.clone();
        let rounds = move || {
            while stop.raised().is_none() {
                if let Err(refused) = chore() {
                    tracing::warn!(chore = name, %refused, "a chore could not be done");
                }
                stop.wait(time);
            }
        };
        let thread = std::thread::Builder::new().name(format!("chore-{name}")).spawn(rounds);
        self.threads.push(thread.map_err(|cause| Fault::io("starting a thread for chores", cause))?);
        Ok(())
    }

    /// Ends them; waits for those that are at it.
    pub(super) fn stop(self) {
        self.stop.raise(StopReason::Shutdown);
        for thread in self.threads {
            let _ = thread.join();
        }
    }
}
