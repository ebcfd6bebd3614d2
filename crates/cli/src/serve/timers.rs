//! What is done by the clock beside the queue: chores that no crash can lose, since the next round does them.

use std::sync::Arc;
use std::time::Duration;

use assay_app::work::{StopFlag, StopReason};
use assay_app::{Refused, Service};
use assay_core::Fault;
use assay_core::ledger;
use assay_image::Store;
use assay_server::listen::Certificates;

use super::probes::{SandboxFound, room};
use super::rooms::Rooms;
use crate::config::Config;
use crate::folder::DataFolder;

/// How often is looked whether certificates were written anew.
const CERTIFICATES: Duration = Duration::from_secs(30);

/// How often the sandbox is tried.
const SANDBOX: Duration = Duration::from_secs(600);

/// How often ended work is forgotten, and the cache of layers kept within its size.
const TIDYING: Duration = Duration::from_secs(3600);

/// How often some of the stored bytes are compared with their digests, and how many at least.
const SCRUB: Duration = Duration::from_secs(60);
const SCRUB_BYTES: u64 = 64 << 20;

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
        let registry = rooms.registry.clone();
        timers.every("collect", sweep_every, Box::new(move || collect(&registry)))?;
        let registry = rooms.registry.clone();
        timers.every("uploads", sweep_every, Box::new(move || sweep(&registry)))?;
        let (registry, folder) = (rooms.registry.clone(), rooms.folder.clone());
        let pace = config.registry.scrub_every;
        timers.every("scrub", SCRUB, Box::new(move || scrub(&registry, &folder, pace)))?;
        let (service, remember) = (rooms.service.clone(), config.work.remember);
        timers.every("forget", TIDYING, Box::new(move || forget(&service, remember)))?;
        let (service, folder) = (rooms.service.clone(), rooms.folder.clone());
        let (bytes, age) = (config.certification.layer_cache.0, config.certification.layer_age);
        timers.every("layers", TIDYING, Box::new(move || layers(&folder, &service, bytes, age)))?;
        let folder = rooms.folder.clone();
        timers.every("leftovers", TIDYING, Box::new(move || leftovers(&folder)))?;
        let folder = rooms.folder.clone();
        timers.every("sandbox", SANDBOX, Box::new(move || try_sandbox(&folder, &sandbox)))?;
        if let Some(certificates) = certificates {
            timers.every("certificates", CERTIFICATES, Box::new(move || refresh(&certificates)))?;
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

/// Removes blobs that nobody uses, step by step until there are none.
fn collect(registry: &assay_registry::Registry) -> Result<(), Refused> {
    loop {
        let done = assay_registry::collect(registry)?;
        if done.is_idle() {
            return Ok(());
        }
        tracing::info!(?done, "collected");
    }
}

fn sweep(registry: &assay_registry::Registry) -> Result<(), Refused> {
    let swept = assay_registry::sweep(registry);
    if swept.uploads > 0 {
        tracing::info!(?swept, "resting uploads swept");
    }
    Ok(())
}

/// As many bytes as it takes to get through all in `pace`.
fn scrub(registry: &assay_registry::Registry, folder: &DataFolder, pace: Duration) -> Result<(), Refused> {
    let used = room(folder.root()).map_or(0, |(free, size)| size.saturating_sub(free));
    let share = SCRUB.as_secs_f64() / pace.as_secs_f64().max(1.0);
    let budget = ((used as f64 * share) as u64).max(SCRUB_BYTES);
    let done = assay_registry::scrub(registry, budget)?;
    for found in &done.found {
        tracing::error!(?found, "stored bytes are damaged");
    }
    Ok(())
}

fn forget(service: &Service, remember: Duration) -> Result<(), Refused> {
    let before = service.now().checked_sub(remember).unwrap_or(jiff::Timestamp::MIN);
    ledger::write(&*service.ledger, |records| {
        records.forget_deliveries(before)?;
        records.forget_ended(before).map(drop)
    })
}

fn layers(folder: &DataFolder, service: &Service, bytes: u64, age: Duration) -> Result<(), Refused> {
    Store::open(&folder.images())?.sweep(bytes, age, service.now())?;
    Ok(())
}

/// What runs left that were ended from outside, at the start and now and then.
fn leftovers(folder: &DataFolder) -> Result<(), Refused> {
    crate::command::sandbox(folder)?.sweep()?;
    drop(folder.new_run()?);
    Ok(())
}

/// Tries the sandbox and notes what was found, for whoever asks whether the service is ready.
fn try_sandbox(folder: &DataFolder, found: &SandboxFound) -> Result<(), Refused> {
    let looked = crate::command::sandbox_health(folder);
    *found.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = Some(looked);
    Ok(())
}

fn refresh(certificates: &Certificates) -> Result<(), Refused> {
    if certificates.refresh()? {
        tracing::info!("certificates read again");
    }
    Ok(())
}
