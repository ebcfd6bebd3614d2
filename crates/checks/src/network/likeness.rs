//! NET-009: an engine that behaves otherwise when the network answers depends on the network.

use assay_core::run::{Answer, Exchange, ExerciseKind, Readiness, RunEvidence, TaskStory};
use assay_core::{Code, Finding, Place};

use super::ANSWERING;
use crate::evidence::compare::{Difference, difference};
use crate::evidence::{Witnessed, steadiness};

pub(super) fn judge(runs: &[Witnessed<'_>]) -> Vec<Finding> {
    let Some((dead, others)) = runs.split_first() else { return Vec::new() };
    others.iter().flat_map(|answering| differences(*dead, *answering)).collect()
}

fn differences(dead: Witnessed<'_>, answering: Witnessed<'_>) -> Vec<Finding> {
    let before = state(&dead.run.readiness);
    let after = state(&answering.run.readiness);
    if before != after {
        return vec![finding(
            format!("with a dead network the engine {before}, {ANSWERING} it {after}"),
            None,
        )];
    }
    // An engine that never answers twice the same cannot be compared; BLD-006 tells that.
    let steady = steadiness::first_wavering(dead).is_none();
    let mut findings: Vec<Finding> = dead
        .run
        .exchanges
        .iter()
        .filter_map(|exchange| {
            let other = partner(answering.run, exchange)?;
            exchanged(dead, exchange, answering, other, steady)
        })
        .collect();
    findings.extend(task(dead, answering, steady));
    findings
}

fn finding(observed: String, input: Option<&str>) -> Finding {
    let place = Place { input: input.map(str::to_owned), ..Place::default() };
    Finding::error(Code::NET_009, observed, Code::NET_009.rule().checks).at(place)
}

fn state(readiness: &Readiness) -> &'static str {
    match readiness {
        Readiness::NotAsked => "is started with its task",
        Readiness::Ready { .. } => "becomes ready",
        Readiness::TimedOut { .. } => "does not become ready in time",
        Readiness::Refused { .. } => "refuses to become ready",
        Readiness::Exited => "ends before it is ready",
    }
}

/// The first sending of the same exercise; a large input may fail for its own reasons in either run.
fn partner<'a>(run: &'a RunEvidence, exchange: &Exchange) -> Option<&'a Exchange> {
    let comparable = exchange.repetition == 0 && exchange.kind != ExerciseKind::Oversized;
    run.exchanges
        .iter()
        .find(|other| comparable && other.exercise == exchange.exercise && other.repetition == 0)
}

fn exchanged(
    dead: Witnessed<'_>,
    before: &Exchange,
    answering: Witnessed<'_>,
    after: &Exchange,
    steady: bool,
) -> Option<Finding> {
    let (said, says) = (told(&before.answer)?, told(&after.answer)?);
    let input = Some(before.exercise.as_str());
    if said != says {
        return Some(finding(format!("with a dead network the engine {said}, {ANSWERING} it {says}"), input));
    }
    if !steady || before.kind != ExerciseKind::Sample {
        return None;
    }
    let found = difference(&dead.body(&before.answer).ok()?, &answering.body(&after.answer).ok()?)?;
    Some(finding(otherwise(&found), input))
}

fn otherwise(found: &Difference) -> String {
    let Difference { pointer, left, right } = found;
    format!("with a dead network the answer has {left} at `{pointer}`, {ANSWERING} it has {right}")
}

/// What the engine did, comparable from run to run; nothing when it was not asked.
fn told(answer: &Answer) -> Option<String> {
    match answer {
        Answer::Response { status, .. } => Some(format!("answers {status}")),
        Answer::Broken { .. } => Some("gives no answer".into()),
        Answer::NotSent { .. } => None,
    }
}

fn task(dead: Witnessed<'_>, answering: Witnessed<'_>, steady: bool) -> Option<Finding> {
    let (before, after) = (dead.run.task.as_ref()?, answering.run.task.as_ref()?);
    let (said, says) = (last_status(before), last_status(after));
    if said != says {
        return Some(finding(
            format!("with a dead network the task ends `{said}`, {ANSWERING} `{says}`"),
            None,
        ));
    }
    let pairs = before.results.iter().zip(&after.results).filter(|_| steady);
    let found =
        pairs.filter_map(|(one, other)| difference(&dead.file(one).ok()?, &answering.file(other).ok()?));
    found.map(|found| finding(otherwise(&found), None)).next()
}

fn last_status(story: &TaskStory) -> &str {
    story.statuses.last().map_or("without a status", |last| &last.status)
}
