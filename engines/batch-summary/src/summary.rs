//! An extractive summary: the sentences whose words the text repeats most, in their own order.

use std::collections::HashMap;

/// Shortest sentence that can say something, in words.
const SHORTEST: usize = 4;

/// The `most` telling sentences.
pub(crate) fn of(text: &str, most: usize) -> Vec<String> {
    let sentences = sentences(text);
    let frequency = frequency(text);
    let mut ranked: Vec<(usize, f64)> =
        sentences.iter().enumerate().map(|(at, sentence)| (at, weight(sentence, &frequency))).collect();
    ranked.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    let mut chosen: Vec<usize> = ranked.into_iter().take(most).map(|(at, _)| at).collect();
    chosen.sort_unstable();
    chosen.into_iter().filter_map(|at| sentences.get(at).cloned()).collect()
}

fn sentences(text: &str) -> Vec<String> {
    let mut all = Vec::new();
    for line in text.split("\n\n") {
        let mut sentence = String::new();
        let mut characters = line.chars().peekable();
        while let Some(character) = characters.next() {
            sentence.push(if character.is_whitespace() { ' ' } else { character });
            let ends = matches!(character, '.' | '!' | '?' | '…' | '。');
            if ends && characters.peek().is_none_or(|next| next.is_whitespace()) {
                keep(&mut all, &std::mem::take(&mut sentence));
            }
        }
        keep(&mut all, &sentence);
    }
    all
}

fn keep(all: &mut Vec<String>, sentence: &str) {
    let sentence = sentence.split_whitespace().collect::<Vec<_>>().join(" ");
    if !sentence.is_empty() {
        all.push(sentence);
    }
}

/// How often each word of four letters or more comes; shorter ones are mostly grammar.
fn frequency(text: &str) -> HashMap<String, f64> {
    let mut counts = HashMap::new();
    for word in webhook::text::words(text).filter(|word| word.chars().count() >= 4) {
        *counts.entry(word).or_insert(0.0) += 1.0;
    }
    counts
}

fn weight(sentence: &str, frequency: &HashMap<String, f64>) -> f64 {
    let words: Vec<String> = webhook::text::words(sentence).collect();
    if words.len() < SHORTEST {
        return 0.0;
    }
    let sum: f64 = words.iter().filter_map(|word| frequency.get(word)).sum();
    // Long sentences hold more words; the root keeps them from always winning.
    sum / (words.len() as f64).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_telling_sentences_stay_in_order() {
        let text = "Hello. The harbour bridge carries the railway over the harbour. It rained. \
            The railway across the bridge brings workers to the harbour every morning. Lunch was at noon.";
        let summary = of(text, 2);
        assert_eq!(summary.len(), 2);
        assert!(summary[0].starts_with("The harbour bridge") && summary[1].starts_with("The railway across"));
    }

    #[test]
    fn a_text_without_sentence_ends_is_one_sentence_a_paragraph() {
        assert_eq!(of("one two three four\n\nfive", 5), ["one two three four", "five"]);
        assert!(of("  \n ", 3).is_empty());
    }
}
