//! Speaks the engine protocol to what runs inside (engine-protocol.md §2 and §4 of the domain notes): webhooks for
//! chunk engines, a payload and an API endpoint for batch engines. Every connection is made through
//! [`EngineNamespace`], so nothing here can reach anything but the engine's own loopback.

mod batch;
mod chunk;
mod desk;
mod http;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use assay_core::run::{Drive, Exchange, Readiness, RunPlan, TaskStory};
use assay_core::{Clock, Fault, IdSource};

use crate::EngineNamespace;
use crate::net::Recorder;
use desk::Desk;

/// What the driver may know of the engine's process.
pub(crate) trait EngineState: Sync {
    /// Whether the main process still runs.
    fn alive(&self) -> bool;
}

/// A file the engine must find, placed into its writable scratch before it starts.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct ScratchFile {
    /// Absolute path as the engine sees it, below `/tmp`.
    pub(crate) path: String,
    /// Content, to be readable by every user.
    pub(crate) bytes: Vec<u8>,
}

/// What has to be known before the engine is started.
pub(crate) struct Prepared {
    /// Variables to add to the engine's environment, replacing any of the same name.
    pub(crate) extra_env: Vec<(String, String)>,
    /// Files to place.
    pub(crate) files: Vec<ScratchFile>,
    /// The token handed to the engine.
    pub(crate) token: String,
    /// Our own port on the engine's loopback; it is no listener of the engine's.
    pub(crate) port: u16,
    desk: Desk,
}

/// What the driver learned.
#[derive(Debug, Default)]
pub(crate) struct Driven {
    /// How readiness went.
    pub(crate) readiness: Readiness,
    /// Each request and its answer.
    pub(crate) exchanges: Vec<Exchange>,
    /// Whether the ready webhook still said 200 in the end.
    pub(crate) still_ready: Option<bool>,
    /// What the API endpoint saw; absent when nothing came.
    pub(crate) task: Option<TaskStory>,
}

/// The run a driver is part of.
#[derive(Clone, Copy)]
pub(crate) struct Scene<'a> {
    /// The way in.
    pub(crate) namespace: &'a EngineNamespace,
    /// The plan.
    pub(crate) plan: &'a RunPlan,
    /// Told of phases and exercises.
    pub(crate) recorder: &'a Recorder,
    /// The engine's process.
    pub(crate) engine: &'a dyn EngineState,
    /// The time.
    pub(crate) clock: &'a dyn Clock,
}

/// Opens the API endpoint inside the namespace and makes the payload. Fails when no port can be had there or no thread
/// started.
pub(crate) fn prepare(
    plan: &RunPlan,
    namespace: &EngineNamespace,
    ids: &dyn IdSource,
    recorder: Arc<Recorder>,
) -> Result<Prepared, Fault> {
    let token = token(ids);
    let media = match &plan.drive {
        Drive::Chunk { exercises, .. } => exercises.clone(),
        Drive::Batch { exercise, .. } => vec![exercise.clone()],
    };
    let desk = Desk::open(namespace, recorder, &token, media, &plan.evidence_dir)?;
    let (extra_env, files) = match &plan.drive {
        Drive::Chunk { .. } => Default::default(),
        Drive::Batch { fields, .. } => batch::payload(fields, &desk.base_url(), &token),
    };
    Ok(Prepared { extra_env, files, token, port: desk.port(), desk })
}

impl Prepared {
    /// Drives the started engine through its work and returns when there is nothing more to ask. The phases after the
    /// work are the caller's. A fault only when our own disk fails; what the engine does is never one.
    pub(crate) fn run(self, scene: Scene<'_>) -> Result<Driven, Fault> {
        let mut driven = match &scene.plan.drive {
            Drive::Chunk { ready, process, exercises, payload } => {
                let call = chunk::Call { ready, process, payload, desk: &self.desk, token: &self.token };
                chunk::drive(scene, &call, exercises)?
            }
            Drive::Batch { .. } => batch::drive(scene, &self.desk),
        };
        let story = self.desk.close();
        let heard = story != TaskStory::default() || matches!(scene.plan.drive, Drive::Batch { .. });
        driven.task = heard.then_some(story);
        Ok(driven)
    }
}

/// 24 random bytes in hex behind a word that makes the token easy to recognise in a log.
fn token(ids: &dyn IdSource) -> String {
    let mut bytes = [0; 24];
    ids.fill(&mut bytes);
    bytes.iter().fold(String::from("assay-run-"), |text, byte| format!("{text}{byte:02x}"))
}
