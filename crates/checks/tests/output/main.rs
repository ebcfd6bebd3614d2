//! Engine output: contracts, positions, the strip profile, the semantic checks, and what hostile texts come to.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout
)]

mod agreement;
mod examples;
mod hostile;
mod meaning;
mod mutants;
mod positions;
mod profile;

use assay_checks::output::{Request, Validation, validate};
use serde_json::Value;

/// A request at a fixed time.
fn request() -> Request {
    Request::new("2026-01-01T00:00:00Z".parse().unwrap())
}

/// Strictly, by the contracts it lists.
fn judged(document: &Value) -> Validation {
    validate(document.to_string().as_bytes(), &request())
}

/// Keyword and data path of every error.
fn errors(validation: &Validation) -> Vec<(&str, &str)> {
    validation.errors.iter().map(|error| (error.keyword.as_str(), error.data_path.as_str())).collect()
}

/// The codes of all findings, each once.
fn codes(validation: &Validation) -> Vec<&'static str> {
    let mut codes: Vec<_> = validation.findings.iter().map(|finding| finding.code.as_str()).collect();
    codes.sort_unstable();
    codes.dedup();
    codes
}
