//! A moving line for each step under way, several at once where steps run at once.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anstream::adapter::strip_str;
use assay_core::{Clock, Progress, Step};
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use super::{Stopwatch, spoken};
use crate::terminal::style::{BAD, DIM, GOOD, painted};
use crate::terminal::{self, escape};

const WIDTH: usize = 28;

pub(super) struct Bars {
    watch: Stopwatch,
    all: MultiProgress,
    /// indicatif asks neither `--color` nor NO_COLOR for its own colours, nor takes out ours.
    coloured: bool,
    running: Mutex<BTreeMap<Step, ProgressBar>>,
}

impl Bars {
    pub(super) fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            watch: Stopwatch::new(clock),
            all: MultiProgress::new(),
            coloured: terminal::stderr_is_coloured(),
            running: Mutex::default(),
        }
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
        let bar = self.all.add(ProgressBar::new_spinner().with_style(moving(self.coloured)));
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
        let line = format!("{mark} {:WIDTH$} {}", step.title(), painted(DIM, &took));
        bar.finish_with_message(if self.coloured { line } else { strip_str(&line).to_string() });
    }
}

fn moving(coloured: bool) -> ProgressStyle {
    let text = if coloured {
        "  {spinner:.cyan} {prefix} {elapsed:>4.dim} {msg:.dim}"
    } else {
        "  {spinner} {prefix} {elapsed:>4} {msg}"
    };
    template(text).tick_strings(&["⠋", "⠙", "⠸", "⠴", "⠦", "⠇", " "])
}

fn still() -> ProgressStyle {
    template("  {msg}")
}

/// The templates are fixed text; one that does not parse falls back to indicatif's own.
fn template(text: &str) -> ProgressStyle {
    ProgressStyle::with_template(text).unwrap_or_else(|_| ProgressStyle::default_spinner())
}
