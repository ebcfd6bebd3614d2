//! Notices a key that comes twice.

use std::borrow::Cow;
use std::collections::HashSet;

/// Members of one object that are still compared one by one.
const FEW: usize = 12;

/// The keys of one object so far.
#[derive(Default)]
pub(in crate::output) struct Keys<'a> {
    few: Vec<Cow<'a, str>>,
    many: HashSet<Cow<'a, str>>,
}

impl<'a> Keys<'a> {
    /// Adds a key; false when it was there.
    pub(in crate::output) fn add(&mut self, key: Cow<'a, str>) -> bool {
        if !self.many.is_empty() {
            return self.many.insert(key);
        }
        if self.few.contains(&key) {
            return false;
        }
        self.few.push(key);
        if self.few.len() > FEW {
            self.many = self.few.drain(..).collect();
        }
        true
    }

    /// How many.
    pub(in crate::output) fn len(&self) -> usize {
        self.few.len() + self.many.len()
    }
}
