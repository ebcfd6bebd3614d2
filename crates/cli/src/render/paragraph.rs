//! Text folded to the width of a page.

use std::sync::LazyLock;

use crate::terminal::{self, escape};

/// Width of everything written for people: the terminal's, within what reads well; 80 where there is no terminal, so
/// that files do not depend on who made them.
pub(crate) fn width() -> usize {
    static WIDTH: LazyLock<usize> =
        LazyLock::new(|| terminal::stdout_width().map_or(80, |columns| columns.clamp(40, 100)));
    *WIDTH
}

/// `text`, made harmless, folded at blanks so that no line is longer than [`width`] with `indent` blanks before it,
/// where a single word allows. The first line comes without the indent: the caller has written a label there.
pub(crate) fn folded(text: &str, indent: usize) -> String {
    let room = width().saturating_sub(indent).max(20);
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    let mut used = 0;
    for word in escape::line(text).split(' ') {
        let length = word.chars().count();
        if used > 0 && used + 1 + length > room {
            lines.push(std::mem::take(&mut line));
            used = 0;
        }
        if used > 0 {
            line.push(' ');
            used += 1;
        }
        line.push_str(word);
        used += length;
    }
    lines.push(line);
    lines.join(&format!("\n{}", " ".repeat(indent)))
}

/// `1 error`, `3 errors`.
pub(crate) fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_keep_within_the_page_and_words_stay_whole() {
        let text = "an engine that is network-isolated makes no attempt to reach anything but its own loopback, ever at all";
        let told = folded(text, 14);
        for (at, line) in told.lines().enumerate() {
            let width = line.chars().count() + if at == 0 { 14 } else { 0 };
            assert!(width <= super::width(), "{width}: {line}");
        }
        let words: Vec<_> = told.split_whitespace().collect();
        assert_eq!(words.join(" "), text);
        assert_eq!(folded("x\u{1b}[2Jy", 4), "x\\x1b[2Jy");
    }
}
