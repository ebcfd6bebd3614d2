//! One line a step, for logs and pipes.

use std::sync::Arc;

use assay_core::{Clock, Progress, Step};

use super::{Stopwatch, spoken};
use crate::terminal;

pub(super) struct Lines {
    watch: Stopwatch,
}

impl Lines {
    pub(super) fn new(clock: Arc<dyn Clock>) -> Self {
        Self { watch: Stopwatch::new(clock) }
    }
}

impl Progress for Lines {
    fn started(&self, step: Step) {
        self.watch.start(step);
    }

    fn note(&self, _: Step, _: &str) {
        // Notes move within a step; a log needs only its end.
    }

    fn finished(&self, step: Step, good: bool) {
        let word = if good { "done" } else { "found trouble" };
        terminal::note(&format!("assay: {}: {word} ({})", step.title(), spoken(self.watch.stop(step))));
    }
}
