//! Weighing phrases.

use std::collections::HashMap;

/// A phrase with its weight relative to the heaviest.
#[derive(Debug, PartialEq)]
pub(crate) struct Keyword {
    pub(crate) label: String,
    pub(crate) score: f64,
}

/// How often a word stands in the phrases, and how many words stand beside it.
#[derive(Default)]
struct Company {
    frequency: f64,
    degree: f64,
}

/// The `most` heaviest phrases. Equal weights are ordered by their text, so that answers repeat.
pub(crate) fn keywords(phrases: &[Vec<String>], most: usize) -> Vec<Keyword> {
    let company = company(phrases);
    let mut weights: HashMap<String, f64> = HashMap::new();
    for phrase in phrases {
        let weight: f64 =
            phrase.iter().filter_map(|word| company.get(word.as_str())).map(|c| c.degree / c.frequency).sum();
        // Said once more, half as much again: repetition counts, but less than the first mention.
        weights.entry(phrase.join(" ")).and_modify(|known| *known += weight / 2.0).or_insert(weight);
    }
    let mut ranked: Vec<(String, f64)> = weights.into_iter().collect();
    ranked.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let heaviest = ranked.first().map_or(1.0, |(_, weight)| *weight);
    let scored = ranked.into_iter().take(most);
    scored
        .map(|(label, weight)| Keyword { label, score: (weight / heaviest * 1000.0).round() / 1000.0 })
        .collect()
}

fn company(phrases: &[Vec<String>]) -> HashMap<&str, Company> {
    let mut all: HashMap<&str, Company> = HashMap::new();
    for phrase in phrases {
        for word in phrase {
            let known = all.entry(word).or_default();
            known.frequency += 1.0;
            known.degree += phrase.len() as f64;
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeated_and_long_phrases_come_first() {
        let phrase = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        let ranked = keywords(&[phrase("wind farm"), phrase("farm"), phrase("sea"), phrase("wind farm")], 2);
        assert_eq!(ranked[0], Keyword { label: "wind farm".into(), score: 1.0 });
        assert_eq!(ranked.len(), 2);
    }
}
