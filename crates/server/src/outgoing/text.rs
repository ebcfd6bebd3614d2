//! Foreign text, made fit to be read: by people in letters, by operators in records.

/// One line of at most `most` characters.
pub(super) fn line(text: &str, most: usize) -> String {
    let words =
        text.split(|one: char| one.is_whitespace() || one.is_control()).filter(|word| !word.is_empty());
    cut(words.map(visible).collect::<Vec<_>>().join(" "), most)
}

/// Lines of at most `most` characters in all.
pub(super) fn block(text: &str, most: usize) -> String {
    let lines: Vec<String> = text.trim().lines().map(|one| line(one, most)).collect();
    cut(lines.join("\n"), most)
}

/// Text without what turns the direction of writing or takes no room: it can make one text look like another.
fn visible(text: &str) -> String {
    text.chars().filter(|one| !is_hidden(*one)).collect()
}

fn is_hidden(one: char) -> bool {
    matches!(one, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

fn cut(text: String, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default().trim_end()),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_text_stays_in_its_line_and_shows_what_it_is() {
        assert_eq!(line("a\r\nBcc: x@y\t z\u{1b}[31m", 80), "a Bcc: x@y z [31m");
        assert_eq!(line("evil\u{202e}cod\u{200b}e", 80), "evilcode");
        assert_eq!(line("äöü", 2), "äö…");
        assert_eq!(line("äö", 2), "äö");
        assert_eq!(block(" one\r\n\r\n  two \u{7}x\n", 80), "one\n\ntwo x");
    }
}
