//! Phases, and the stamp that every event carries.

use std::time::Duration;

use assay_core::run::{Phase, PhaseSpan};

/// When an event was first seen, and what was going on.
#[derive(Clone, Debug)]
pub(super) struct Stamp {
    pub(super) at_ms: u64,
    pub(super) phase: Phase,
    pub(super) exercise: Option<String>,
}

#[derive(Default)]
pub(super) struct Timeline {
    began: Option<Duration>,
    spans: Vec<PhaseSpan>,
    current: Option<(Phase, u64)>,
    pub(super) exercise: Option<String>,
}

impl Timeline {
    pub(super) fn start(&mut self, now: Duration) {
        self.began = Some(now);
        self.current = Some((Phase::Start, 0));
    }

    pub(super) fn enter(&mut self, phase: Phase, now: Duration) {
        let at = self.millis(now);
        self.end_current(at);
        self.current = Some((phase, at));
    }

    pub(super) fn millis(&self, now: Duration) -> u64 {
        let passed = self.began.map_or(Duration::ZERO, |began| now.saturating_sub(began));
        u64::try_from(passed.as_millis()).unwrap_or(u64::MAX)
    }

    pub(super) fn stamp(&self, now: Duration) -> Stamp {
        Stamp {
            at_ms: self.millis(now),
            phase: self.current.map_or(Phase::Start, |(phase, _)| phase),
            exercise: self.exercise.clone(),
        }
    }

    pub(super) fn finish(&mut self, now: Duration) -> Vec<PhaseSpan> {
        let at = self.millis(now);
        self.end_current(at);
        std::mem::take(&mut self.spans)
    }

    fn end_current(&mut self, at: u64) {
        if let Some((phase, from_ms)) = self.current.take() {
            self.spans.push(PhaseSpan { phase, from_ms, to_ms: at });
        }
    }
}
