//! How probable a text is in each language, by its sequences of three letters.

use std::collections::HashMap;

use crate::samples::SAMPLES;

type Trigram = [char; 3];

/// Sequences of one language with the logarithm of their share.
struct Profile {
    code: &'static str,
    weights: HashMap<Trigram, f64>,
    /// Weight of a sequence that the sample does not have.
    unseen: f64,
}

/// The profiles of every language with a sample.
pub(crate) struct Profiles(Vec<Profile>);

impl Profiles {
    /// Counts the samples.
    pub(crate) fn new() -> Self {
        Self(SAMPLES.iter().map(|(code, sample)| Profile::new(code, sample)).collect())
    }

    /// Languages with their share of the probability, likeliest first; nothing for a text without letters.
    pub(crate) fn rank(&self, text: &str) -> Vec<(&'static str, f64)> {
        let sequences = trigrams(text);
        if sequences.is_empty() {
            return Vec::new();
        }
        let mut ranked: Vec<(&'static str, f64)> =
            self.0.iter().map(|profile| (profile.code, profile.mean_weight(&sequences))).collect();
        ranked.sort_by(|a, b| b.1.total_cmp(&a.1));
        let best = ranked.first().map_or(0.0, |(_, weight)| *weight);
        // The mean is taken for twenty sequences: long texts would make every answer look certain.
        let total: f64 = ranked.iter().map(|(_, weight)| ((weight - best) * 20.0).exp()).sum();
        ranked.into_iter().map(|(code, weight)| (code, ((weight - best) * 20.0).exp() / total)).collect()
    }
}

impl Profile {
    fn new(code: &'static str, sample: &str) -> Self {
        let mut counts: HashMap<Trigram, f64> = HashMap::new();
        for sequence in trigrams(sample) {
            *counts.entry(sequence).or_default() += 1.0;
        }
        // Half a count for every sequence that might come keeps unseen ones possible.
        let total: f64 = counts.values().sum::<f64>() + 0.5 * 4000.0;
        let weights =
            counts.into_iter().map(|(sequence, count)| (sequence, ((count + 0.5) / total).ln())).collect();
        Self { code, weights, unseen: (0.5 / total).ln() }
    }

    fn mean_weight(&self, sequences: &[Trigram]) -> f64 {
        let sum: f64 =
            sequences.iter().map(|sequence| self.weights.get(sequence).copied().unwrap_or(self.unseen)).sum();
        sum / sequences.len() as f64
    }
}

/// Sequences of three letters, each word with a blank before and behind it.
fn trigrams(text: &str) -> Vec<Trigram> {
    let mut all = Vec::new();
    for word in webhook::text::words(text).take(20_000) {
        let letters: Vec<char> =
            std::iter::once(' ').chain(word.chars()).chain(std::iter::once(' ')).collect();
        all.extend(letters.windows(3).filter_map(|window| <Trigram>::try_from(window).ok()));
    }
    all
}
