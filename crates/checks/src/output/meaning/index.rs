//! D1 and D2: page, paragraph and sentence of text objects.

use assay_core::Code;

use super::{Remarks, key};
use crate::output::facts::{INDEX_KEYS, Thing};
use crate::output::schema::Location;

/// What was seen of the document's order so far.
#[derive(Default)]
pub(super) struct Indexes {
    /// The last object's numbers.
    last: [Option<f64>; 3],
    texts: usize,
    unplaced: usize,
    first_unplaced: Option<Location>,
}

impl Indexes {
    /// An item of `object[]`.
    pub(super) fn see(&mut self, thing: &Thing<'_>, place: &dyn Fn() -> Location, remarks: &mut Remarks) {
        let placed = thing.index != [None; 3];
        if thing.kind == Some("text") {
            self.texts += 1;
            if !placed {
                self.unplaced += 1;
                if self.first_unplaced.is_none() {
                    self.first_unplaced = Some(place());
                }
            }
        }
        if placed {
            self.follow(thing.index, place, remarks);
            self.last = thing.index;
        }
    }

    /// D1: a number goes up by one at most, and starts at 1 when a number above it changes.
    fn follow(&self, index: [Option<f64>; 3], place: &dyn Fn() -> Location, remarks: &mut Remarks) {
        let mut restarts = false;
        for ((now, last), name) in index.into_iter().zip(self.last).zip(INDEX_KEYS) {
            let Some(now) = now else { continue };
            let before = if restarts { 0.0 } else { last.unwrap_or(0.0) };
            if now > before + 1.0 {
                let observed = || format!("`{name}` is {now}; the number before it is {}", shown(before));
                remarks.info(Code::OUT_D1, || place().with(key(name)), observed);
            }
            restarts |= last != Some(now);
        }
    }

    /// D2. A single text needs no order.
    pub(super) fn finish(self, remarks: &mut Remarks) {
        if let (true, Some(place)) = (self.texts > 1, self.first_unplaced) {
            let observed = format!(
                "{} of {} text objects have no page, paragraph or sentence",
                self.unplaced, self.texts
            );
            remarks.warning(Code::OUT_D2, || place, || observed);
        }
    }
}

fn shown(number: f64) -> String {
    if number == 0.0 { "none".into() } else { number.to_string() }
}
