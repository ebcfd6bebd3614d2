//! The answer for a text that is no document.

use assay_core::{Code, Finding, Place};
use serde_json::json;

use super::position::{self, Position};
use super::read::{Malformed, Trouble};
use super::request::Request;
use super::validation::{Validation, ValidationError};

/// One error, placed where reading stopped.
pub(super) fn unreadable(bytes: &[u8], malformed: &Malformed, request: &Request) -> Validation {
    // Up to the trouble the text is sound, or the trouble is at its very start.
    let sound = bytes.utf8_chunks().next().map_or("", |chunk| chunk.valid());
    let position = position::lines(sound, &[malformed.at.min(sound.len())]);
    let position = position.first().copied().unwrap_or_default();
    let message = malformed.to_string();
    let place = Place::pointer(&request.document, "").line_column(position.line, position.column);
    let finding = Finding::error(Code::OUT_JSON, &message, Code::OUT_JSON.rule().checks)
        .at(place)
        .snippet(position::snippet(sound, position, &message));
    Validation {
        valid: false,
        contracts_used: Vec::new(),
        errors: vec![error(malformed, position)],
        more_errors: 0,
        findings: vec![finding],
        notes: Vec::new(),
        processed: None,
    }
}

fn error(malformed: &Malformed, position: Position) -> ValidationError {
    // The one trouble that the vocabulary has a word for.
    let (keyword, params) = match malformed.trouble {
        Trouble::NotAnObject => ("type", json!({ "type": "object" })),
        _ => ("json", json!({ "offset": malformed.at })),
    };
    ValidationError {
        keyword: keyword.into(),
        data_path: String::new(),
        schema_path: "#OUT-JSON".into(),
        params,
        message: malformed.to_string(),
        line: position.line,
        column: position.column,
        pointer: String::new(),
    }
}
