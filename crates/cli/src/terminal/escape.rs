//! Text that comes from an engine or an image is hostile: it may try to move the cursor, change colours or turn the
//! reading direction. Everything of that kind is shown, never obeyed.

use std::fmt::Write as _;

/// `text` on one line, with every character that a terminal would obey written as an escape (`\x1b`, `\u{202e}`).
pub(crate) fn line(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' => shown.push_str("\\n"),
            '\r' => shown.push_str("\\r"),
            '\t' => shown.push_str("\\t"),
            c if !obeyed(c) => shown.push(c),
            c if (c as u32) < 0x100 => {
                let _ = write!(shown, "\\x{:02x}", c as u32);
            }
            c => {
                let _ = write!(shown, "\\u{{{:x}}}", c as u32);
            }
        }
    }
    shown
}

/// As [`line`], but line breaks are kept. What follows one is indented, so that it cannot pass for a line of ours.
pub(crate) fn lines(text: &str) -> String {
    text.lines().map(line).collect::<Vec<_>>().join("\n  ")
}

/// As [`line`], but at most `width` characters; a cut is marked with `…`.
pub(crate) fn cut(text: &str, width: usize) -> String {
    let shown = line(text);
    if shown.chars().count() <= width {
        return shown;
    }
    shown.chars().take(width.saturating_sub(1)).chain(['…']).collect()
}

/// `text` with every such character replaced by one `�`, so that columns counted in it stay right.
pub(crate) fn same_length(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\t' => ' ',
            c if obeyed(c) => char::REPLACEMENT_CHARACTER,
            c => c,
        })
        .collect()
}

/// Control characters, and the invisible ones that reorder or hide text (Unicode TR 36, "Bidirectional Text Spoofing").
fn obeyed(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_a_terminal_obeys_gets_through() {
        assert_eq!(line("\u{1b}[31mred\u{7}"), "\\x1b[31mred\\x07");
        assert_eq!(line("a\u{202e}b\u{9b}2J"), "a\\u{202e}b\\x9b2J");
        assert_eq!(line("one\r\ntwo"), "one\\r\\ntwo");
        assert_eq!(line("für 10 € – naïve 語"), "für 10 € – naïve 語");
    }

    #[test]
    fn kept_lines_cannot_pass_for_ours() {
        assert_eq!(lines("one\nhint: two\u{1b}"), "one\n  hint: two\\x1b");
    }

    #[test]
    fn columns_stay_right() {
        assert_eq!(same_length("a\tb\u{1b}c").chars().count(), 5);
        assert_eq!(cut("abcdef", 4), "abc…");
        assert_eq!(cut("abcd", 4), "abcd");
    }
}
