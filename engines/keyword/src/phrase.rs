//! Cutting a text into candidate phrases.

use crate::stopwords::Language;

/// Longest phrase, in words; longer ones are lists or slips.
const LONGEST: usize = 4;

/// The phrases between stop words and punctuation, in order, each as its words in lower case.
pub(crate) fn candidates(text: &str, language: &Language) -> Vec<Vec<String>> {
    let mut phrases = Vec::new();
    let clauses = text.split(|c: char| !c.is_alphanumeric() && !c.is_whitespace() && !"'’-".contains(c));
    for clause in clauses {
        let mut phrase = Vec::new();
        for word in clause.split_whitespace().flat_map(webhook::text::words) {
            if language.stops(&word) || word.chars().count() < 3 {
                keep(&mut phrases, std::mem::take(&mut phrase));
            } else {
                phrase.push(word);
            }
        }
        keep(&mut phrases, phrase);
    }
    phrases
}

fn keep(phrases: &mut Vec<Vec<String>>, phrase: Vec<String>) {
    if (1..=LONGEST).contains(&phrase.len()) {
        phrases.push(phrase);
    } else {
        phrases.extend(phrase.into_iter().map(|word| vec![word]));
    }
}
