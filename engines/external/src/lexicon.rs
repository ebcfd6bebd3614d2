//! Words with their mood: lines `word<TAB>value`, values from -1 to 1.

use std::collections::HashMap;

/// Most words read.
const MOST: usize = 100_000;

pub(crate) struct Lexicon(HashMap<String, f64>);

impl Lexicon {
    /// Lines that are no pair are passed over.
    pub(crate) fn parse(text: &str) -> Self {
        let pairs = text.lines().filter_map(|line| line.split_once('\t'));
        let valued = pairs.filter_map(|(word, value)| {
            Some((word.trim().to_lowercase(), value.trim().parse::<f64>().ok()?))
        });
        Self(valued.filter(|(_, value)| (-1.0..=1.0).contains(value)).take(MOST).collect())
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// How positive and how negative a text is, each from 0 to 1.
    pub(crate) fn mood(&self, text: &str) -> (f64, f64) {
        let (mut positive, mut negative, mut met) = (0.0_f64, 0.0_f64, 0.0_f64);
        for value in webhook::text::words(text).filter_map(|word| self.0.get(&word).copied()) {
            met += 1.0;
            positive += value.max(0.0);
            negative -= value.min(0.0);
        }
        let share = |sum: f64| if met > 0.0 { (sum / met * 1000.0).round() / 1000.0 } else { 0.0 };
        (share(positive), share(negative))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_add_up_to_a_mood() {
        let lexicon = Lexicon::parse("good\t0.8\nbad\t-0.5\nodd line\nhuge\t7\n");
        assert_eq!(lexicon.len(), 2);
        assert_eq!(lexicon.mood("Good, good and bad!"), (0.533, 0.167));
        assert_eq!(lexicon.mood("nothing known"), (0.0, 0.0));
    }
}
