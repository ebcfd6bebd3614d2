//! "Did you mean": the nearest known word, and how values are named in messages.

/// Longest word compared; nothing known is longer.
const LONGEST: usize = 60;
/// Edits within which a word counts as misspelt.
const NEAR: usize = 2;

/// The known word nearest to `word` within two edits, letter case apart. A word that would have to be changed in every
/// letter is not near.
pub(super) fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let length = word.chars().count();
    if length > LONGEST {
        return None;
    }
    let wanted = word.to_lowercase();
    known
        .into_iter()
        .map(|candidate| (strsim::osa_distance(&wanted, &candidate.to_lowercase()), candidate))
        .filter(|(distance, _)| *distance <= NEAR && *distance < length)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// `text` in backticks, cut to 60 characters, control characters replaced.
pub(super) fn quoted(text: &str) -> String {
    let shown: String =
        text.chars().take(LONGEST).map(|c| if c.is_control() { '\u{FFFD}' } else { c }).collect();
    let more = if text.chars().nth(LONGEST).is_some() { "…" } else { "" };
    format!("`{shown}{more}`")
}

/// `a, b or c`, each in backticks.
pub(super) fn one_of(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    match quoted.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_words_are_found_and_far_ones_are_not() {
        let known = ["transcription", "sentiment", "url"];
        assert_eq!(nearest("transcripton", known), Some("transcription"));
        assert_eq!(nearest("Sentimnet", known), Some("sentiment"));
        assert_eq!(nearest("URL", known), Some("url"));
        assert_eq!(nearest("vision", known), None);
        assert_eq!(nearest("xy", ["ab"]), None, "every letter differs");
        assert_eq!(nearest(&"u".repeat(100_000), known), None);
    }
}
