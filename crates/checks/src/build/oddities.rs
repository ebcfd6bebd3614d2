//! BLD-005: inputs that engines do not expect.

use assay_core::run::{Answer, Exchange, ExerciseKind, RunEvidence};
use assay_core::{Code, Finding};

use super::failing::{ended, last_words, quoted};
use super::on_input;

pub(super) fn judge(run: &RunEvidence) -> Vec<Finding> {
    let odd: Vec<&Exchange> =
        run.exchanges.iter().filter(|exchange| exchange.kind != ExerciseKind::Sample).collect();
    let broken = odd.iter().filter_map(|exchange| Some((exchange, broken(&exchange.answer)?)));
    let mut findings: Vec<Finding> =
        broken.map(|(exchange, reason)| unclean(run, exchange, reason)).collect();
    // An engine that a good input ended is BLD-002's.
    let dead_after = findings.is_empty()
        && odd.iter().any(|exchange| not_sent(&exchange.answer))
        && odd.iter().any(|exchange| !not_sent(&exchange.answer));
    if dead_after && ended(&run.exit).is_some() {
        findings.push(gone(run));
    } else if run.still_ready == Some(false) {
        let observed = "after the unexpected inputs the ready webhook no longer answers 200";
        findings.push(Finding::error(Code::BLD_005, observed, "an engine that stays ready"));
    }
    findings
}

fn broken(answer: &Answer) -> Option<&str> {
    match answer {
        Answer::Broken { reason } => Some(reason),
        _ => None,
    }
}

fn not_sent(answer: &Answer) -> bool {
    matches!(answer, Answer::NotSent { .. })
}

fn what(kind: ExerciseKind) -> &'static str {
    match kind {
        ExerciseKind::Sample => "a good input",
        ExerciseKind::Unsupported => "an input of a format it does not list",
        ExerciseKind::Empty => "an empty input",
        ExerciseKind::Broken => "a damaged input",
        ExerciseKind::Oversized => "a very large input",
    }
}

fn unclean(run: &RunEvidence, exchange: &Exchange, reason: &str) -> Finding {
    // When the engine is gone, the input before which nothing more could be sent is the one that ended it.
    let last = run.exchanges.iter().rev().find(|it| !not_sent(&it.answer));
    let crash = ended(&run.exit).filter(|_| last.is_some_and(|last| last.exercise == exchange.exercise));
    let crash = crash.map(|how| format!("; the engine {how}{}", last_words(run))).unwrap_or_default();
    let observed = format!("{} got no clean answer: {}{crash}", what(exchange.kind), quoted(reason, 200));
    Finding::error(Code::BLD_005, observed, "204 or a status with a message, and an engine that lives on")
        .at(on_input(&exchange.exercise))
}

fn gone(run: &RunEvidence) -> Finding {
    let how = ended(&run.exit).unwrap_or_default();
    let observed = format!("the engine {how} between two unexpected inputs{}", last_words(run));
    Finding::error(Code::BLD_005, observed, "an engine that lives on")
}
