//! BLD-001…006, 008…010 and OUT-…: does the engine start, answer, answer in the standard's form, keep its limits and
//! end. BLD-007 needs an approved build before this one, which only the service knows.

mod answers;
mod conduct;
mod documents;
mod ending;
mod failing;
mod limits;
mod oddities;
mod readiness;
mod task;
#[cfg(test)]
mod tests;

use assay_core::report::OutputFacts;
use assay_core::run::RunEvidence;
use assay_core::{Finding, Place, Severity};

use crate::evidence::{Terms, Witnessed, steadiness};
use assay_core::Code;

/// The findings, and what the report tells of the output.
#[derive(Clone, Debug, Default)]
pub struct BuildJudgement {
    /// Everything found.
    pub findings: Vec<Finding>,
    /// How the documents fared.
    pub output: OutputFacts,
}

/// Judges the first of `runs`; NET-009 compares the others with it. Nothing is found without a run: that is NET-008's
/// to say.
pub fn judge(runs: &[Witnessed<'_>], terms: &Terms<'_>) -> BuildJudgement {
    let Some(witnessed) = runs.first().copied() else { return BuildJudgement::default() };
    let mut findings: Vec<Finding> = readiness::judge(witnessed.run).into_iter().collect();
    findings.extend(limits::judge(witnessed.run, terms));
    findings.extend(answers::judge(witnessed, terms));
    findings.extend(task::judge(witnessed.run));
    let documents = documents::judge(witnessed, terms);
    findings.extend(documents.findings);
    findings.extend(oddities::judge(witnessed.run));
    findings.extend(repetition(witnessed));
    findings.extend(conduct::judge(witnessed.run));
    findings.extend(ending::judge(witnessed.run));
    BuildJudgement { findings, output: documents.output }
}

/// What keeps an engine out of service that was started once more: a chunk engine that is not ready, a batch engine that
/// does not end its task well.
pub fn health(run: &RunEvidence) -> Option<Finding> {
    let task = || task::judge(run).into_iter().find(|finding| finding.severity == Severity::Error);
    readiness::judge(run).or_else(task)
}

/// BLD-006.
fn repetition(witnessed: Witnessed<'_>) -> Option<Finding> {
    let (exchange, found) = steadiness::first_wavering(witnessed)?;
    let observed = format!(
        "sent the same input again, the engine answers otherwise: {} at `{}` became {}",
        found.left, found.pointer, found.right
    );
    let place = on_input(&exchange.exercise);
    Some(Finding::error(Code::BLD_006, observed, Code::BLD_006.rule().checks).at(place))
}

/// While that input was worked on.
fn on_input(exercise: &str) -> Place {
    Place::default().on_input(exercise)
}
