//! BLD-010: how the engine stops.

use assay_core::run::{Answer, ExerciseKind, Phase, Readiness, RunEvidence};
use assay_core::{Code, Finding, Place};

use super::failing::{ended, last_straw, last_words};

/// Time to stop in, in ms (engine-protocol.md §10, R11).
const STOP_MS: u64 = 10_000;

pub(super) fn judge(run: &RunEvidence) -> Vec<Finding> {
    let exit = &run.exit;
    let error = |observed: String, expected: &str| {
        let place = Place { phase: Some(Phase::Stop), ..Place::default() };
        Finding::error(Code::BLD_010, observed, expected).at(place)
    };
    let mut findings = Vec::new();
    if exit.killed && !exit.unasked {
        findings.push(error(
            "the engine did not stop on SIGTERM and had to be killed".into(),
            "an end within 10 s",
        ));
    } else if let Some(took) = exit.stop_ms.filter(|took| *took > STOP_MS) {
        findings.push(error(format!("the engine took {took} ms to stop on SIGTERM"), "an end within 10 s"));
    }
    if let Some(how) = ended(exit).filter(|_| was_idle(run)) {
        let observed = format!("the engine {how} by itself after a good answer{}", last_words(run));
        findings.push(error(observed, "an engine that waits for work until it is told to stop"));
    }
    if exit.left_behind > 0 {
        let left = exit.left_behind;
        let number = if left == 1 { "one process was".into() } else { format!("{left} processes were") };
        let observed = format!("{number} still alive after the engine's main process had ended");
        findings.push(error(observed, "no process left behind"));
    }
    findings
}

/// Whether it ended after a good answer; a batch engine ends with its task.
fn was_idle(run: &RunEvidence) -> bool {
    let last = match last_straw(run) {
        Some(at) => run.exchanges.get(at).filter(|exchange| exchange.kind == ExerciseKind::Sample),
        None => run.exchanges.last(),
    };
    let answered = last.is_some_and(|last| matches!(last.answer, Answer::Response { .. }));
    answered && matches!(run.readiness, Readiness::Ready { .. })
}
