//! What the parser stumbled over, in words that help.

use assay_core::Finding;
use jsonc_parser::errors::{ParseError, ParseErrorKind};

use super::document::Document;
use super::suggest::quoted;
use super::syntax::{broken, too_deep};

/// The finding for a document that is no JSON.
pub(super) fn unparsable(document: &Document, error: &ParseError) -> Box<Finding> {
    let range = error.range();
    let what = match error.kind() {
        ParseErrorKind::NestingDepthExceeded => return too_deep(document, range.start..range.start + 1),
        ParseErrorKind::NonFiniteNumbersNotAllowed => "`NaN` and `Infinity` are no JSON numbers".to_owned(),
        ParseErrorKind::UnexpectedWord => word(document, range.start),
        kind => lower_first(&kind.to_string()),
    };
    let mut finding =
        broken(document, range.start..range.end, &format!("the manifest is not valid JSON: {what}"), &what);
    if let Some(fix) = mending(error.kind()) {
        finding.fix = fix.into();
    }
    finding
}

/// How to mend the slips that come most often.
fn mending(kind: &ParseErrorKind) -> Option<&'static str> {
    Some(match kind {
        ParseErrorKind::TrailingCommasNotAllowed => "remove the comma; nothing follows it",
        ParseErrorKind::ExpectedComma => "put a comma here",
        ParseErrorKind::CommentsNotAllowed => "remove the comment; JSON has none",
        ParseErrorKind::SingleQuotedStringsNotAllowed => "use double quotes",
        ParseErrorKind::ExpectedStringObjectProperty => "put the key in double quotes",
        ParseErrorKind::ExpectedColonAfterObjectKey => "put a colon between key and value",
        ParseErrorKind::UnterminatedObject => "close the object with `}`",
        ParseErrorKind::UnterminatedArray => "close the array with `]`",
        ParseErrorKind::MultipleRootJsonValues => "keep one object and remove what follows it",
        _ => return None,
    })
}

fn word(document: &Document, at: usize) -> String {
    let rest = document.text.get(at..).unwrap_or_default();
    let word: String = rest.chars().take_while(|c| c.is_alphanumeric()).collect();
    match word.as_str() {
        "NaN" | "Infinity" => format!("{} is no JSON number", quoted(&word)),
        "True" | "False" | "None" => {
            format!("{} is Python, JSON writes `true`, `false` and `null`", quoted(&word))
        }
        "" => "unexpected character".into(),
        _ => format!("{} is no JSON value; a text stands in double quotes", quoted(&word)),
    }
}

fn lower_first(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_lowercase().chain(chars).collect()).unwrap_or_default()
}
