//! Violations, gathered up to a limit.

use serde_json::Value;

use super::location::Location;

/// One broken rule of a schema.
#[derive(Clone, PartialEq, Debug)]
pub(in crate::output) struct Violation {
    /// The rule's keyword.
    pub(in crate::output) keyword: &'static str,
    /// The value that breaks it.
    pub(in crate::output) location: Location,
    /// The rule, such as `definitions#/definitions/words/allOf/0/items/required`.
    pub(in crate::output) schema_path: String,
    /// Figures of the case, named as in output.md §4.
    pub(in crate::output) params: Value,
    /// The value, when it is a number.
    pub(in crate::output) number: Option<f64>,
}

/// Violations found so far.
#[derive(Debug)]
pub(in crate::output) struct Found {
    limit: usize,
    list: Vec<Violation>,
    /// How many were found beyond the limit.
    more: usize,
}

/// A point to go back to.
#[derive(Clone, Copy)]
pub(super) struct Mark {
    list: usize,
    more: usize,
}

impl Found {
    /// None yet; keeps at most `limit`.
    pub(in crate::output) fn new(limit: usize) -> Self {
        Self { limit, list: Vec::new(), more: 0 }
    }

    /// Takes one; it is only made when there is room.
    pub(super) fn push(&mut self, make: impl FnOnce() -> Violation) {
        if self.list.len() < self.limit {
            self.list.push(make());
        } else {
            self.more = self.more.saturating_add(1);
        }
    }

    pub(super) fn mark(&self) -> Mark {
        Mark { list: self.list.len(), more: self.more }
    }

    /// Forgets what came after `mark`: a choice that failed has no say when another held.
    pub(super) fn forget(&mut self, mark: Mark) {
        self.list.truncate(mark.list);
        self.more = mark.more;
    }

    /// The violations kept, and how many were not.
    pub(in crate::output) fn into_parts(self) -> (Vec<Violation>, usize) {
        (self.list, self.more)
    }
}
