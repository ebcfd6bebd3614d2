//! A moving line for each step under way, several at once where steps run at once.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use assay_core::{Clock, Progress, Step};
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use super::{Stopwatch, spoken};
use crate::terminal::style::{BAD, DIM, GOOD, painted};
use crate::terminal::{self, escape};

const WIDTH: usize = 28;

pub(super) struct Bars {
    watch: Stopwatch,
    all: MultiProgress,
    running: Mutex<BTreeMap<Step, ProgressBar>>,
}

impl Bars {
    pub(super) fn new(clock: Arc<dyn Clock>) -> Self {
        Self { watch: Stopwatch::new(clock), all: MultiProgress::new(), running: Mutex::default() }
    }

    fn running(&self) -> MutexGuard<'_, BTreeMap<Step, ProgressBar>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The last line of the bars ends without a line feed.
impl Drop for Bars {
    fn drop(&mut self) {
        terminal::note("");
    }
}

impl Progress for Bars {
    fn started(&self, step: Step) {
        self.watch.start(step);
        let bar = self.all.add(ProgressBar::new_spinner().with_style(moving()));
        bar.set_prefix(format!("{:WIDTH$}", step.title()));
        bar.enable_steady_tick(Duration::from_millis(100));
        self.running().insert(step, bar);
    }

    fn note(&self, step: Step, text: &str) {
        if let Some(bar) = self.running().get(&step) {
            bar.set_message(escape::cut(text, 40));
        }
    }

    fn finished(&self, step: Step, good: bool) {
        let took = spoken(self.watch.stop(step));
        let Some(bar) = self.running().remove(&step) else { return };
        let mark = if good { painted(GOOD, "✓") } else { painted(BAD, "✗") };
        bar.set_style(still());
        bar.finish_with_message(format!("{mark} {:WIDTH$} {}", step.title(), painted(DIM, &took)));
    }
}

fn moving() -> ProgressStyle {
    template("  {spinner:.cyan} {prefix} {elapsed:>4.dim} {msg:.dim}")
        .tick_strings(&["⠋", "⠙", "⠸", "⠴", "⠦", "⠇", " "])
}

fn still() -> ProgressStyle {
    template("  {msg}")
}

/// The templates are fixed text; one that does not parse falls back to indicatif's own.
fn template(text: &str) -> ProgressStyle {
    ProgressStyle::with_template(text).unwrap_or_else(|_| ProgressStyle::default_spinner())
}
