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

/// A stretch of a sentence: words, or what can be typed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Piece {
    pub(super) text: String,
    pub(super) code: bool,
}

/// A sentence in pieces: what stands between backticks is code. A backtick without a partner is a backtick.
pub(super) fn pieces(sentence: &str) -> Vec<Piece> {
    let mut parts: Vec<String> = sentence.split('`').map(str::to_owned).collect();
    if parts.len().is_multiple_of(2) {
        let unpaired = parts.pop().unwrap_or_default();
        if let Some(last) = parts.last_mut() {
            *last = format!("{last}`{unpaired}");
        }
    }
    let piece = |(at, text): (usize, String)| Piece { text, code: at % 2 == 1 };
    parts.into_iter().enumerate().map(piece).filter(|piece| !piece.text.is_empty()).collect()
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

    #[test]
    fn what_can_be_typed_is_told_from_words() {
        let told = |sentence: &str| {
            let pieces = pieces(sentence).into_iter();
            pieces
                .map(|piece| format!("{}{}", if piece.code { "#" } else { "" }, piece.text))
                .collect::<Vec<_>>()
        };
        assert_eq!(told("set `a` to `b`"), ["set ", "#a", " to ", "#b"]);
        assert_eq!(told("`a` and ` alone"), ["#a", " and ` alone"]);
        assert_eq!(told("plain"), ["plain"]);
        assert_eq!(told("`"), ["`"]);
        assert!(told("").is_empty());
    }
}
