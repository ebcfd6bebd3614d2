//! The sandbox as the rest of the house sees it.

mod course;
mod harvest;
mod listeners;
mod setup;
mod written;

use std::path::PathBuf;
use std::sync::Arc;

use assay_core::progress::{Progress, Step};
use assay_core::run::{EngineRunner, RunEvidence, RunPlan};
use assay_core::{Clock, Fault, IdSource};

use crate::cgroup::Places;
use crate::launch::Spawner;
use crate::sweep::{Swept, sweep};

/// Each step of a run is traced under this name: `RUST_LOG=assay::sandbox=debug` shows them.
pub(crate) const TRACE: &str = "assay::sandbox";

/// What a [`Sandbox`] needs of the world.
pub struct SandboxOptions {
    /// Folder for what runs leave while they live; on a local disk, private to the user.
    pub state_dir: PathBuf,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Ids and randomness.
    pub ids: Arc<dyn IdSource>,
    /// The program to run as the sandbox's helper; it must call [`crate::shim_main_if_asked`] first thing in `main`.
    /// Usually `/proc/self/exe`.
    pub shim: PathBuf,
    /// Makes control groups where the host lets us. Without, limits are weaker and figures are samples.
    pub control_groups: bool,
}

impl SandboxOptions {
    /// Options with our own binary as helper, and control groups.
    pub fn new(state_dir: PathBuf, clock: Arc<dyn Clock>, ids: Arc<dyn IdSource>) -> Self {
        Self { state_dir, clock, ids, shim: "/proc/self/exe".into(), control_groups: true }
    }
}

/// Runs engines, several at once if asked from several threads.
pub struct Sandbox {
    options: SandboxOptions,
    spawner: Spawner,
    places: Places,
}

impl std::fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sandbox").field("places", &self.places).finish_non_exhaustive()
    }
}

impl Sandbox {
    /// A sandbox. Starts one thread.
    ///
    /// # Errors
    /// A fault when the thread cannot be started or the helper's path cannot be resolved.
    pub fn new(options: SandboxOptions) -> Result<Self, Fault> {
        let fault = |cause| Fault::io("preparing the sandbox", cause);
        // `/proc/self` means the spawned process itself by the time it is used.
        let shim = std::fs::canonicalize(&options.shim).map_err(fault)?;
        let spawner = Spawner::new(shim).map_err(fault)?;
        let places = if options.control_groups { Places::find() } else { Places::default() };
        Ok(Self { options, spawner, places })
    }

    /// Removes what supervisors that were killed left behind. Call it once at start; runs alive are left alone.
    ///
    /// # Errors
    /// A fault when something could not be removed.
    pub fn sweep(&self) -> Result<Swept, Fault> {
        sweep(&self.options.state_dir)
    }

    pub(crate) fn options(&self) -> &SandboxOptions {
        &self.options
    }

    pub(crate) fn spawner(&self) -> &Spawner {
        &self.spawner
    }

    pub(crate) fn places(&self) -> &Places {
        &self.places
    }
}

impl EngineRunner for Sandbox {
    fn run(&self, plan: &RunPlan, progress: &dyn Progress, step: Step) -> Result<RunEvidence, Fault> {
        let began = self.options.clock.elapsed();
        let armed = setup::arm(self, plan, began)?;
        progress.note(step, "observers armed, starting the engine");
        let over = course::run(armed, plan, progress, step)?;
        harvest::gather(over, plan)
    }
}
