//! L1 and L2: lattices of word edges.

use assay_core::Code;

use super::{Remarks, key};
use crate::output::facts::{Slice, Word};
use crate::output::schema::{Location, Step};

/// Edges remembered until the slot they end at was seen.
const MOST_OPEN: usize = 1000;

/// Edges that span more slots than were seen yet.
#[derive(Default)]
pub(super) struct Reaches {
    /// Slice, word, length.
    open: Vec<(usize, usize, f64)>,
}

impl Reaches {
    pub(super) fn see(
        &mut self,
        index: usize,
        slice: &Slice<'_>,
        place: &dyn Fn() -> Location,
        remarks: &mut Remarks,
    ) {
        if !self.open.is_empty() {
            self.open.retain(|(start, _, length)| slots(*start, *length) > index + 1);
        }
        for (number, word) in slice.words.iter().enumerate() {
            if let Some(length) = word.length.filter(|length| *length > 1.0 && self.open.len() < MOST_OPEN) {
                self.open.push((index, number, length));
            }
        }
        if slice.words.len() > 1 {
            best_path(&slice.words, place, remarks);
        }
    }

    pub(super) fn finish(&self, length: usize, remarks: &mut Remarks) {
        for (slice, word, span) in self.open.iter().filter(|(slice, _, span)| slots(*slice, *span) > length) {
            let words = Location(vec![key("series"), Step::Index(*slice), key("words"), Step::Index(*word)]);
            let observed = || format!("the word spans {span} slots, but only {} are left", length - slice);
            remarks.warning(Code::OUT_L2, || words.with(key("utteranceLength")), observed);
        }
    }
}

/// The slot after the last one spanned.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "positive; too large stays too large"
)]
fn slots(start: usize, length: f64) -> usize {
    start.saturating_add(length as usize)
}

fn best_path(words: &[Word<'_>], place: &dyn Fn() -> Location, remarks: &mut Remarks) {
    let mut best = words.iter().enumerate().filter(|(_, word)| word.best == Some(true));
    let (Some((number, chosen)), None) = (best.next(), best.next()) else { return };
    let Some(confidence) = chosen.confidence else { return };
    let highest = words.iter().filter_map(|word| word.confidence).fold(confidence, f64::max);
    if confidence < highest {
        let at = || place().with(key("words")).with(Step::Index(number)).with(key("bestPath"));
        let observed = || format!("the best path has confidence {confidence}, another word has {highest}");
        remarks.info(Code::OUT_L1, at, observed);
    }
}
