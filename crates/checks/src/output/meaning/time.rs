//! T1 to T5: the times of series items.

use std::hash::{DefaultHasher, Hash, Hasher};

use assay_core::Code;

use super::{Remarks, key};
use crate::output::facts::Slice;
use crate::output::schema::Location;

/// Milliseconds by which a slice may run past its medium.
const TOLERANCE_MS: f64 = 1000.0;

/// What was seen of the series so far.
#[derive(Default)]
pub(super) struct Times {
    slices: usize,
    last_start: Option<f64>,
    latest_stop: f64,
    /// Where the last words ended, and a trace of who spoke them.
    last_words: Option<(f64, u64)>,
    told_equal: bool,
}

impl Times {
    pub(super) fn see(
        &mut self,
        slice: &Slice<'_>,
        duration: Option<u64>,
        place: &dyn Fn() -> Location,
        remarks: &mut Remarks,
    ) {
        let (Some(start), Some(stop)) = (slice.start, slice.stop) else { return };
        self.slices += 1;
        self.order(start, stop, place, remarks);
        if let Some(last) = self.last_start.filter(|last| start < *last) {
            let observed = || format!("the slice starts at {start} ms, the one before it at {last} ms");
            remarks.warning(Code::OUT_T2, || place().with(key("startTimeMs")), observed);
        }
        if let Some(length) = duration.filter(|length| stop > milliseconds(*length) + TOLERANCE_MS) {
            let observed = || format!("the slice stops at {stop} ms, the medium is {length} ms long");
            remarks.warning(Code::OUT_T3, || place().with(key("stopTimeMs")), observed);
        }
        self.overlap(slice, start, stop, place, remarks);
        self.last_start = Some(start);
        self.latest_stop = self.latest_stop.max(stop);
    }

    fn order(&mut self, start: f64, stop: f64, place: &dyn Fn() -> Location, remarks: &mut Remarks) {
        if stop < start {
            let observed = || format!("the slice stops at {stop} ms, before it starts at {start} ms");
            remarks.error(Code::OUT_T1, || place().with(key("stopTimeMs")), observed);
        } else if start == stop && !self.told_equal {
            self.told_equal = true;
            let observed =
                || format!("the slice starts and stops at {start} ms (told for the first one only)");
            remarks.info(Code::OUT_T1, place, observed);
        }
    }

    /// Edges of a lattice share and span slots, so only single words of one speaker are compared.
    fn overlap(
        &mut self,
        slice: &Slice<'_>,
        start: f64,
        stop: f64,
        place: &dyn Fn() -> Location,
        remarks: &mut Remarks,
    ) {
        let [word] = slice.words.as_slice() else { return };
        let speaker = trace(slice.speaker);
        let single = word.length.is_none_or(|length| length <= 1.0);
        match self.last_words {
            // Phrases whose words share their times are no overlap; a true one starts inside.
            Some((end, who)) if single && who == speaker && start < end && self.last_start != Some(start) => {
                let observed =
                    || format!("the slot starts at {start} ms, inside the one that stops at {end} ms");
                remarks.info(Code::OUT_T4, place, observed);
            }
            _ => {}
        }
        self.last_words = single.then_some((stop, speaker));
    }

    pub(super) fn finish(&self, duration: Option<u64>, remarks: &mut Remarks) {
        let Some(duration) = duration else { return };
        let latest = self.latest_stop;
        if self.slices >= 2 && latest > 0.0 && latest < milliseconds(duration) / 100.0 {
            let place = || Location::default().with(key("series"));
            let observed =
                || format!("the last slice stops at {latest} ms of {duration} ms: these look like seconds");
            remarks.warning(Code::OUT_T5, place, observed);
        }
    }
}

#[allow(clippy::cast_precision_loss, reason = "media are shorter than 285,000 years")]
fn milliseconds(whole: u64) -> f64 {
    whole as f64
}

fn trace(speaker: Option<&str>) -> u64 {
    let mut hasher = DefaultHasher::new();
    speaker.hash(&mut hasher);
    hasher.finish()
}
