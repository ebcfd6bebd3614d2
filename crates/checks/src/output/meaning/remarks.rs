//! What the semantic checks noticed, a few for each rule and the rest counted.

use std::collections::BTreeMap;

use assay_core::{Code, Severity};

use crate::output::schema::Location;

/// One thing noticed.
#[derive(Clone, PartialEq, Debug)]
pub(in crate::output) struct Remark {
    pub(in crate::output) code: Code,
    pub(in crate::output) severity: Severity,
    pub(in crate::output) location: Location,
    /// One sentence without a full stop.
    pub(in crate::output) observed: String,
    /// How to mend this very case, when that differs from the rule's general advice.
    pub(in crate::output) fix: Option<String>,
}

/// All of them.
#[derive(Debug)]
pub(in crate::output) struct Remarks {
    limit: usize,
    list: Vec<Remark>,
    counts: BTreeMap<(Code, Severity), usize>,
}

impl Remarks {
    /// None yet; keeps `limit` of each rule.
    pub(in crate::output) fn new(limit: usize) -> Self {
        Self { limit, list: Vec::new(), counts: BTreeMap::new() }
    }

    /// A broken rule.
    pub(in crate::output) fn error(
        &mut self,
        code: Code,
        place: impl FnOnce() -> Location,
        observed: impl FnOnce() -> String,
    ) {
        self.add(code, Severity::Error, place, observed);
    }

    /// A rule bent.
    pub(in crate::output) fn warning(
        &mut self,
        code: Code,
        place: impl FnOnce() -> Location,
        observed: impl FnOnce() -> String,
    ) {
        self.add(code, Severity::Warning, place, observed);
    }

    /// Worth knowing.
    pub(in crate::output) fn info(
        &mut self,
        code: Code,
        place: impl FnOnce() -> Location,
        observed: impl FnOnce() -> String,
    ) {
        self.add(code, Severity::Info, place, observed);
    }

    /// Says how to mend the remark made last.
    pub(in crate::output) fn fix(&mut self, fix: impl Into<String>) {
        if let Some(last) = self.list.last_mut() {
            last.fix = Some(fix.into());
        }
    }

    fn add(
        &mut self,
        code: Code,
        severity: Severity,
        place: impl FnOnce() -> Location,
        observed: impl FnOnce() -> String,
    ) {
        let count = self.counts.entry((code, severity)).or_default();
        *count += 1;
        if *count <= self.limit {
            self.list.push(Remark { code, severity, location: place(), observed: observed(), fix: None });
        }
    }

    /// The remarks, the number of errors among those not kept, and a sentence for each rule that had too many.
    pub(in crate::output) fn into_parts(self) -> (Vec<Remark>, usize, Vec<String>) {
        let beyond = |count: usize| count.saturating_sub(self.limit);
        let over = self.counts.iter().filter(|(_, count)| **count > self.limit);
        let notes = over.clone().map(|((code, severity), count)| {
            let word = match severity {
                Severity::Error => "errors",
                Severity::Warning => "warnings",
                Severity::Info => "remarks",
            };
            format!("{} more {word} under {code} are not listed", beyond(*count))
        });
        let notes = notes.collect();
        let errors = over.filter(|((_, severity), _)| *severity == Severity::Error);
        let errors = errors.map(|(_, count)| beyond(*count)).sum();
        (self.list, errors, notes)
    }
}

/// A text of the document, short enough to show.
pub(super) fn cut(text: &str) -> String {
    let short: String = text.chars().take(60).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.chars().nth(60).is_some() { format!("{short}…") } else { short }
}
