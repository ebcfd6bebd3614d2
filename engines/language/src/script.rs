//! Scripts that are written for one language, or nearly so.

/// The language that the script alone tells.
pub(crate) fn only_language(text: &str) -> Option<&'static str> {
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    let share = |from: char, to: char| text.chars().filter(|c| (from..=to).contains(c)).count();
    let kana = share('\u{3040}', '\u{30FF}');
    let han = share('\u{4E00}', '\u{9FFF}');
    let mostly = |count: usize| letters > 0 && count * 2 > letters;
    // Japanese mixes kana with Han characters; Chinese has no kana.
    if kana > 0 && mostly(kana + han) {
        return Some("ja");
    }
    let scripts = [
        (han, "zh"),
        (share('\u{AC00}', '\u{D7AF}'), "ko"),
        (share('\u{0370}', '\u{03FF}'), "el"),
        (share('\u{0590}', '\u{05FF}'), "he"),
        (share('\u{0600}', '\u{06FF}'), "ar"),
        (share('\u{0900}', '\u{097F}'), "hi"),
        (share('\u{0E00}', '\u{0E7F}'), "th"),
    ];
    scripts.into_iter().find(|(count, _)| mostly(*count)).map(|(_, code)| code)
}
