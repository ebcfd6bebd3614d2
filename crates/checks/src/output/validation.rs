//! The answer.

use assay_core::Finding;
use serde::Serialize;
use serde_json::{Value, json};

/// What became of a document.
#[derive(Clone, PartialEq, Debug)]
pub struct Validation {
    /// Whether it may be used. The same as `errors` being empty.
    pub valid: bool,
    /// The contracts it was held to.
    pub contracts_used: Vec<String>,
    /// Violations, sorted by place, at most as many as the limit says.
    pub errors: Vec<ValidationError>,
    /// Errors beyond the limit.
    pub more_errors: usize,
    /// The same as findings, and what was noticed beside them.
    pub findings: Vec<Finding>,
    /// Plain remarks: keys taken out, things counted instead of listed.
    pub notes: Vec<String>,
    /// The document with unknown keys taken out; under the strip profile, when it is valid.
    pub processed: Option<Value>,
}

/// One violation in the words of output.md §4.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ValidationError {
    /// The broken rule's keyword: `required`, `type`, …; `json` for a text that is no JSON document, and `semantic`
    /// for a rule beyond the schema, whose code is in `params`.
    pub keyword: String,
    /// The place in the way of JavaScript, `.series[1].words[0]`.
    pub data_path: String,
    /// The rule's place in our schema files.
    pub schema_path: String,
    /// Figures of the case.
    pub params: Value,
    /// One short sentence.
    pub message: String,
    /// Line, counted from 1.
    pub line: u32,
    /// Column in characters, counted from 1.
    pub column: u32,
    /// The place as JSON pointer.
    pub pointer: String,
}

impl Validation {
    /// The answer of the web service (output.md §4).
    pub fn answer(&self) -> Value {
        if self.valid {
            return json!({ "data": { "valid": true, "processed": self.processed } });
        }
        let total = self.errors.len() + self.more_errors;
        json!({ "errors": [{
            "name": "invalid_input",
            "message": format!("the document breaks {total} rules of the format"),
            "validationErrors": self.errors,
        }]})
    }
}
