//! BLD-005: inputs that engines do not expect.

use assay_core::run::{Answer, Exchange, ExerciseKind, RunEvidence};
use assay_core::{Code, Finding};

use super::failing::{ended, last_straw, last_words, quoted};
use super::on_input;

pub(super) fn judge(run: &RunEvidence) -> Vec<Finding> {
    // When that one is a good input, it is not ours to tell.
    let fatal = last_straw(run);
    let until = fatal.map_or(run.exchanges.len(), |at| at + 1);
    let mut findings: Vec<Finding> = Vec::new();
    for (at, exchange) in
        run.exchanges.iter().enumerate().take(until).filter(|(_, exchange)| is_odd(exchange))
    {
        if let Some(reason) = broken(&exchange.answer) {
            findings.push(unclean(run, exchange, reason, fatal == Some(at)));
        } else if fatal == Some(at) {
            findings.push(gone(run, exchange));
        }
    }
    if fatal.is_none() && run.still_ready == Some(false) {
        let observed = "after the unexpected inputs the ready webhook no longer answers 200";
        findings.push(Finding::error(Code::BLD_005, observed, "an engine that stays ready"));
    }
    findings
}

fn is_odd(exchange: &Exchange) -> bool {
    exchange.kind != ExerciseKind::Sample
}

fn broken(answer: &Answer) -> Option<&str> {
    match answer {
        Answer::Broken { reason } => Some(reason),
        _ => None,
    }
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

fn unclean(run: &RunEvidence, exchange: &Exchange, reason: &str, fatal: bool) -> Finding {
    let crash =
        ended(&run.exit).filter(|_| fatal).map(|how| format!("; the engine {how}{}", last_words(run)));
    let what = what(exchange.kind);
    let observed =
        format!("{what} got no clean answer: {}{}", quoted(reason, 200), crash.unwrap_or_default());
    Finding::error(Code::BLD_005, observed, "204 or a status with a message, and an engine that lives on")
        .at(on_input(&exchange.exercise))
}

fn gone(run: &RunEvidence, exchange: &Exchange) -> Finding {
    let how = ended(&run.exit).unwrap_or_default();
    let observed = format!("after {} the engine {how}{}", what(exchange.kind), last_words(run));
    Finding::error(Code::BLD_005, observed, "an engine that lives on").at(on_input(&exchange.exercise))
}
