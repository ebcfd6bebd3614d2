//! One run of an engine: the plan for it and the evidence it leaves. Who runs it (the sandbox) and who judges it (the
//! checks) meet only in these words.

mod evidence;
mod plan;

pub use evidence::*;
pub use plan::*;

use crate::fault::Fault;
use crate::progress::{Progress, Step};

/// Runs an engine as planned and brings back what was seen. A refusal to run at all is a fault; everything the engine
/// did, crash included, is evidence.
pub trait EngineRunner: Send + Sync {
    /// Blocks until the engine is gone and nothing of it is left. `progress` hears notes under `step`.
    fn run(&self, plan: &RunPlan, progress: &dyn Progress, step: Step) -> Result<RunEvidence, Fault>;
}
