//! Chunk engines: wait for the ready webhook, send every exercise to the process webhook (engine-protocol.md §2).

mod bodies;
mod form;
mod process;
mod ready;

use std::time::Duration;

use assay_core::Fault;
use assay_core::run::{Exercise, Phase, Readiness};

use super::desk::Desk;
use super::http::Target;
use super::{Driven, Scene};
use bodies::Bodies;

/// What is asked, and with what in hand.
pub(super) struct Call<'a> {
    /// Absolute URL of the ready webhook.
    pub(super) ready: &'a str,
    /// Absolute URL of the process webhook.
    pub(super) process: &'a str,
    /// The task payload.
    pub(super) payload: &'a serde_json::Value,
    /// The API endpoint the form points to.
    pub(super) desk: &'a Desk,
    /// The token in the form.
    pub(super) token: &'a str,
}

/// The idle watch is this share of the watch after the work: long enough to see what starts by itself once ready.
const IDLE_SHARE: u32 = 4;

/// Drives the engine through start, idle and work.
pub(super) fn drive(scene: Scene<'_>, call: &Call<'_>, exercises: &[Exercise]) -> Result<Driven, Fault> {
    let targets = Target::parse(call.ready).and_then(|ready| Ok((ready, Target::parse(call.process)?)));
    let (ready, process) = match targets {
        Ok(targets) => targets,
        // Nobody can call it: for the engine's developer that is the same as never being ready.
        Err(last) => return Ok(Driven { readiness: Readiness::TimedOut { last }, ..Driven::default() }),
    };
    let readiness = ready::wait(scene, &ready);
    if !matches!(readiness, Readiness::Ready { .. }) {
        return Ok(Driven { readiness, ..Driven::default() });
    }
    scene.recorder.enter(Phase::Idle);
    idle(scene, scene.plan.timing.watch / IDLE_SHARE);
    scene.recorder.enter(Phase::Work);
    let exchanges = process::send_all(scene, call, &process, exercises)?;
    let still_ready = scene.engine.alive().then(|| ready::is_ready(scene, &ready));
    Ok(Driven { readiness, exchanges, still_ready, task: None })
}

/// Lets the engine be for `time`, or until it ends.
fn idle(scene: Scene<'_>, time: Duration) {
    let deadline = scene.clock.elapsed().saturating_add(time);
    while scene.engine.alive() {
        let left = deadline.saturating_sub(scene.clock.elapsed());
        if left.is_zero() {
            return;
        }
        std::thread::sleep(left.min(Duration::from_millis(20)));
    }
}
