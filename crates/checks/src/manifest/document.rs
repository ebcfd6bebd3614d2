//! The text of a manifest with its lines, for places and excerpts.

use std::ops::Range;

use assay_core::{Code, Finding, Place, Snippet};

/// A stretch of a document in bytes; both ends lie on character borders.
pub(super) type Span = Range<usize>;

/// Longest excerpt of a line, in characters.
const EXCERPT: usize = 400;
/// Characters shown before a mark that lies far along a long line.
const LEAD: usize = 120;

/// Bytes counted at once.
const BLOCK: usize = 1024;

const BYTE_ORDER_MARK: &[u8] = &[0xEF, 0xBB, 0xBF];

/// What came of decoding bytes.
pub(super) struct Decoded {
    /// The text, as far as it is one.
    pub(super) document: Document,
    /// What is wrong with it as a text.
    pub(super) findings: Vec<Finding>,
    /// Whether it can be parsed all the same.
    pub(super) readable: bool,
}

/// A decoded document.
pub(super) struct Document {
    /// What findings call it.
    pub(super) name: String,
    /// Its text without a byte-order mark; bytes that are not UTF-8 replaced.
    pub(super) text: String,
    /// Offset of the first byte of each line.
    lines: Vec<usize>,
    /// Characters before each [`BLOCK`] of bytes: a manifest may be one line of a megabyte.
    characters: Vec<usize>,
}

impl Document {
    /// Decodes `raw` and reports what is wrong with it as a text.
    pub(super) fn decode(name: &str, raw: &[u8]) -> Decoded {
        let (body, marked) = match raw.strip_prefix(BYTE_ORDER_MARK) {
            Some(rest) => (rest, true),
            None => (raw, false),
        };
        let document = Self::new(name, String::from_utf8_lossy(body).into_owned());
        let broken: Vec<Finding> = document.undecodable(body).into_iter().chain(document.nul()).collect();
        let readable = broken.is_empty();
        let mark = marked.then(|| document.byte_order_mark());
        Decoded { findings: mark.into_iter().chain(broken).collect(), document, readable }
    }

    fn new(name: &str, text: String) -> Self {
        let lines = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        let characters = characters(&text);
        Self { name: name.into(), text, lines, characters }
    }

    fn byte_order_mark(&self) -> Finding {
        let finding = Finding::error(
            Code::MAN_002,
            "the manifest begins with a byte-order mark",
            "UTF-8 without a byte-order mark",
        );
        self.placed(
            finding.fix("save the file as UTF-8 without a byte-order mark"),
            "",
            0..0,
            "a mark stands before this",
        )
    }

    fn undecodable(&self, body: &[u8]) -> Option<Finding> {
        let at = std::str::from_utf8(body).err()?.valid_up_to();
        let byte = body.get(at).copied().unwrap_or_default();
        let finding =
            Finding::error(Code::MAN_002, format!("the byte 0x{byte:02x} is not UTF-8"), "a text in UTF-8");
        Some(self.placed(finding.fix("save the file as UTF-8"), "", at..at, "not UTF-8"))
    }

    fn nul(&self) -> Option<Finding> {
        let at = self.text.find('\0')?;
        let finding =
            Finding::error(Code::MAN_002, "the manifest holds a NUL character", "a text without NUL");
        Some(self.placed(finding.fix("save the file as UTF-8, not UTF-16"), "", at..at, "NUL"))
    }

    /// Line and column of a byte offset, both from 1, columns in characters.
    pub(super) fn position(&self, offset: usize) -> (u32, u32) {
        let offset = self.border(offset);
        let index = self.lines.partition_point(|start| *start <= offset).saturating_sub(1);
        let start = self.lines.get(index).copied().unwrap_or(0);
        let column = self.characters_before(offset) - self.characters_before(start);
        (small(index + 1), small(column + 1))
    }

    /// The offset of a line and byte column as `serde_json` counts them, both from 1.
    pub(super) fn offset_of(&self, line: usize, byte_column: usize) -> usize {
        let start = self.lines.get(line.saturating_sub(1)).copied().unwrap_or(self.text.len());
        self.border(start + byte_column.saturating_sub(1))
    }

    /// `finding` with place and excerpt of `span`.
    pub(super) fn placed(&self, finding: Finding, pointer: &str, span: Span, label: &str) -> Finding {
        let (line, column) = self.position(span.start);
        let snippet = self.snippet(span, label);
        finding.at(Place::pointer(&self.name, pointer).line_column(line, column)).snippet(Some(snippet))
    }

    /// Whether an excerpt can show `span` uncut.
    pub(super) fn shows_whole(&self, span: &Span) -> bool {
        self.text
            .get(span.clone())
            .is_some_and(|text| !text.contains('\n') && text.chars().count() <= EXCERPT - LEAD)
    }

    fn snippet(&self, span: Span, label: &str) -> Snippet {
        let (line, _) = self.position(span.start);
        let (from, to) = self.line(line as usize);
        let at = self.border(span.start).min(to);
        let from = if to - from > EXCERPT { self.back(from, at) } else { from };
        let shown = self.text.get(from..to).unwrap_or_default();
        let text: String = shown.chars().take(EXCERPT).map(printable).collect();
        let start = self.characters_before(at) - self.characters_before(from);
        let marked = self.text.get(span).unwrap_or_default();
        let length = marked.chars().take_while(|c| *c != '\n').take(EXCERPT).count();
        let room = text.chars().count().saturating_sub(start);
        Snippet {
            text,
            line,
            start: small(start),
            length: small(length.min(room).max(1)),
            label: label.into(),
        }
    }

    /// Start and end of a line, without its line break.
    fn line(&self, number: usize) -> (usize, usize) {
        let from = self.lines.get(number.saturating_sub(1)).copied().unwrap_or(0);
        let to = self.lines.get(number).map_or(self.text.len(), |next| next - 1);
        let text = self.text.get(from..to).unwrap_or_default();
        (from, from + text.trim_end_matches('\r').len())
    }

    /// [`LEAD`] characters before `at`, but not before `from`.
    fn back(&self, from: usize, at: usize) -> usize {
        let before = self.text.get(from..at).unwrap_or_default();
        before.char_indices().rev().nth(LEAD - 1).map_or(from, |(step, _)| from + step)
    }

    fn characters_before(&self, offset: usize) -> usize {
        let block = offset / BLOCK;
        let counted = self.characters.get(block).copied().unwrap_or(0);
        let rest = self.text.as_bytes().get(block * BLOCK..offset).unwrap_or_default();
        counted + rest.iter().filter(|byte| begins_character(**byte)).count()
    }

    /// The nearest character border at or before `offset`.
    fn border(&self, offset: usize) -> usize {
        self.text.floor_char_boundary(offset)
    }
}

fn characters(text: &str) -> Vec<usize> {
    let counts = text.as_bytes().chunks(BLOCK).scan(0, |before, block| {
        let counted = *before;
        *before += block.iter().filter(|byte| begins_character(**byte)).count();
        Some(counted)
    });
    let mut all: Vec<usize> = counts.collect();
    // The end of the text may lie on the border of a block.
    all.push(text.chars().count());
    all
}

fn begins_character(byte: u8) -> bool {
    byte & 0xC0 != 0x80
}

fn printable(c: char) -> char {
    if c.is_control() { if c == '\t' { ' ' } else { '\u{FFFD}' } } else { c }
}

fn small(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(text: &str) -> Document {
        Document::new("m.json", text.into())
    }

    #[test]
    fn columns_count_characters() {
        let document = document("{\n \"ä€😀\": 1}");
        assert_eq!(document.position(0), (1, 1));
        assert_eq!(document.position(document.text.find(": 1").unwrap()), (2, 7));
        assert_eq!(document.position(9999), (2, 11));
    }

    #[test]
    fn a_long_line_is_cut_around_the_mark() {
        let text = format!("{{\"a\": \"{}\", \"b\": 7}}", "x".repeat(5000));
        let document = document(&text);
        let at = text.find('7').unwrap();
        let snippet = document.snippet(at..at + 1, "here");
        assert!(snippet.text.chars().count() <= EXCERPT);
        assert_eq!(snippet.text.chars().nth(snippet.start as usize), Some('7'));
    }

    #[test]
    fn control_characters_and_line_ends_stay_out_of_excerpts() {
        let document = document("{\t\u{1b}[31m\r\n}");
        assert_eq!(document.snippet(0..1, "").text, "{ \u{FFFD}[31m");
        assert_eq!(document.snippet(10..11, "").line, 2);
    }
}
