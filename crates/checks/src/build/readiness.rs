//! BLD-001: the engine becomes ready.

use assay_core::run::{Readiness, RunEvidence};
use assay_core::{Code, Finding, Place};

use super::failing::{ended, last_words, quoted};

pub(super) fn judge(run: &RunEvidence) -> Option<Finding> {
    let words = last_words(run);
    let observed = match &run.readiness {
        Readiness::NotAsked | Readiness::Ready { .. } => return None,
        Readiness::TimedOut { last } => {
            format!(
                "the engine was not ready in time; its ready webhook last said: {}{words}",
                quoted(last, 200)
            )
        }
        Readiness::Refused { body } => {
            let body =
                if body.trim().is_empty() { String::new() } else { format!(": `{}`", quoted(body, 200)) };
            format!("the ready webhook answered 500, which means that the engine gives up{body}{words}")
        }
        Readiness::Exited => {
            let how = ended(&run.exit).unwrap_or_else(|| "ended".into());
            format!("the engine {how} before it was ready{words}")
        }
    };
    let place = Place { phase: Some(assay_core::run::Phase::Start), ..Place::default() };
    Some(Finding::error(Code::BLD_001, observed, "200 from the ready webhook within 60 s").at(place))
}
