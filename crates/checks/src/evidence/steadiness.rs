//! Whether an engine answers the same input the same way.

use assay_core::run::{Exchange, ExerciseKind};

use super::Witnessed;
use super::compare::{Difference, difference};

/// The first repeated input that got two different answers, and where they differ.
pub(crate) fn first_wavering<'a>(witnessed: Witnessed<'a>) -> Option<(&'a Exchange, Difference)> {
    let samples = witnessed.run.exchanges.iter().filter(|exchange| exchange.kind == ExerciseKind::Sample);
    samples.clone().filter(|exchange| exchange.repetition > 0).find_map(|again| {
        let first =
            samples.clone().find(|first| first.exercise == again.exercise && first.repetition == 0)?;
        let (one, other) = (witnessed.body(&first.answer).ok()?, witnessed.body(&again.answer).ok()?);
        Some((again, difference(&one, &other)?))
    })
}
