//! BLD-003 and BLD-004: the documents an engine produced, held against the standard and the contracts of its category.

use std::collections::BTreeMap;

use assay_core::report::OutputFacts;
use assay_core::run::{Answer, Exchange, ExerciseKind};
use assay_core::{Code, Finding, Severity};
use serde_json::Value;

use super::failing::quoted;
use super::on_input;
use super::task::inline_result;
use crate::evidence::{Terms, Witnessed};
use crate::output::{self, Request, Validation, ValidationError};

/// Violations kept in the report.
const VIOLATIONS: usize = 200;
/// Findings under one rule told one by one.
const TOLD: usize = 10;

/// What came of all documents.
#[derive(Default)]
pub(super) struct Documents {
    pub(super) findings: Vec<Finding>,
    pub(super) output: OutputFacts,
}

/// One document and where it came from.
struct Document {
    /// Name of its file in the evidence.
    name: String,
    bytes: Vec<u8>,
    /// The input it answers.
    input: Option<String>,
    duration_ms: Option<u64>,
}

pub(super) fn judge(witnessed: Witnessed<'_>, terms: &Terms<'_>) -> Documents {
    let mut judged =
        Documents { output: OutputFacts { valid: true, ..OutputFacts::default() }, ..Default::default() };
    let mut details = Vec::new();
    for document in documents(witnessed, terms) {
        let request = Request {
            document: document.name.clone(),
            category: terms.category(),
            media_duration_ms: document.duration_ms,
            ..Request::new(terms.now)
        };
        let validation = output::validate(&document.bytes, &request);
        judged.note(&validation);
        judged.findings.extend(summaries(&document, &validation));
        details.extend(validation.findings.into_iter().map(|mut finding| {
            finding.place.input = document.input.clone();
            finding
        }));
    }
    judged.output.valid &= judged.output.documents > 0;
    judged.findings.extend(folded(details));
    judged
}

impl Documents {
    fn note(&mut self, validation: &Validation) {
        let output = &mut self.output;
        output.documents += 1;
        output.valid &= validation.valid;
        for contract in &validation.contracts_used {
            if !output.contracts.contains(contract) {
                output.contracts.push(contract.clone());
            }
        }
        let room = VIOLATIONS.saturating_sub(output.validation_errors.len());
        let errors = validation.errors.iter().take(room).filter_map(|error| serde_json::to_value(error).ok());
        output.validation_errors.extend(errors);
    }
}

/// The first good answer to each sample, or the results of the batch task.
fn documents(witnessed: Witnessed<'_>, terms: &Terms<'_>) -> Vec<Document> {
    let mut found: BTreeMap<&str, (usize, Document)> = BTreeMap::new();
    for (order, exchange) in witnessed.run.exchanges.iter().enumerate() {
        if !found.contains_key(exchange.exercise.as_str())
            && let Some(document) = answered(witnessed, exchange, terms)
        {
            found.insert(&exchange.exercise, (order, document));
        }
    }
    let mut found: Vec<(usize, Document)> = found.into_values().collect();
    found.sort_by_key(|(order, _)| *order);
    let answers = found.into_iter().map(|(_, document)| document);
    answers.chain(results(witnessed)).collect()
}

fn answered(witnessed: Witnessed<'_>, exchange: &Exchange, terms: &Terms<'_>) -> Option<Document> {
    let Answer::Response { status: 200, content_type, body: Some(name), cut: false, .. } = &exchange.answer
    else {
        return None;
    };
    let bytes = witnessed.file(name).ok().filter(|_| exchange.kind == ExerciseKind::Sample)?;
    let due = is_json_due(terms, content_type, &bytes) && !is_promise(terms, &bytes);
    let duration_ms = Some(exchange.duration_ms).filter(|length| *length > 0);
    due.then(|| Document { name: name.clone(), bytes, input: Some(exchange.exercise.clone()), duration_ms })
}

fn results(witnessed: Witnessed<'_>) -> Vec<Document> {
    let Some(story) = &witnessed.run.task else { return Vec::new() };
    let document = |name: &str, bytes| Document { name: name.into(), bytes, input: None, duration_ms: None };
    let uploaded: Vec<Document> =
        story.results.iter().filter_map(|name| Some(document(name, witnessed.file(name).ok()?))).collect();
    match inline_result(story) {
        Some(result) if uploaded.is_empty() => vec![document("task output", result.to_string().into_bytes())],
        _ => uploaded,
    }
}

/// Whether the answer must be a document of the standard: unless the manifest also promises something else, always.
fn is_json_due(terms: &Terms<'_>, content_type: &str, bytes: &[u8]) -> bool {
    let promised = &terms.manifest.output_formats;
    let looks = content_type.to_lowercase().contains("json") || bytes.trim_ascii_start().starts_with(b"{");
    looks || promised.iter().all(|format| format.to_lowercase().contains("json"))
}

/// An engine that sends data out may answer that the result comes later (engine-protocol.md §2).
fn is_promise(terms: &Terms<'_>, bytes: &[u8]) -> bool {
    if !terms.profile.deployment_model.reaches_out() || bytes.len() > 64 << 10 {
        return false;
    }
    let Ok(value) = serde_json::from_slice::<Value>(bytes) else { return false };
    value.get("type").and_then(Value::as_str) == Some("schedule_poll_task")
        || value.get("estimatedProcessingTimeInSeconds").is_some()
}

/// BLD-003 for what the schema and the contracts forbid, BLD-004 for what makes no sense.
fn summaries(document: &Document, validation: &Validation) -> Vec<Finding> {
    let (meaning, form): (Vec<_>, Vec<_>) = validation.errors.iter().partition(|error| is_of_meaning(error));
    let kinds = [(Code::BLD_003, form, validation.more_errors), (Code::BLD_004, meaning, 0)];
    kinds.into_iter().filter_map(|(code, errors, more)| summary(document, code, &errors, more)).collect()
}

/// Rules beyond the schema are about meaning, but for those about the list of contracts.
fn is_of_meaning(error: &ValidationError) -> bool {
    let code = error.params.get("code").and_then(Value::as_str).unwrap_or_default();
    error.keyword == "semantic" && !code.starts_with("OUT-K")
}

fn summary(document: &Document, code: Code, errors: &[&ValidationError], more: usize) -> Option<Finding> {
    let first = errors.first()?;
    let number = errors.len() + more;
    let rules = if number == 1 { "one rule".to_owned() } else { format!("{number} rules, the first") };
    let whole = "in the document as a whole".to_owned();
    let at =
        if first.data_path.is_empty() { whole } else { format!("at `{}`", quoted(&first.data_path, 100)) };
    let observed = format!("the output breaks {rules} {at}: {}", quoted(&first.message, 200));
    let mut place = document.input.as_deref().map(on_input).unwrap_or_default();
    place.document = Some(document.name.clone());
    (place.line, place.column) = (Some(first.line), Some(first.column));
    Some(Finding::error(code, observed, code.rule().checks).at(place))
}

/// The same remark on several documents is told once, and of many under one rule only the first.
fn folded(details: Vec<Finding>) -> Vec<Finding> {
    let mut seen: Vec<(Code, Option<String>, String)> = Vec::new();
    let mut counts: BTreeMap<(Code, Severity), usize> = BTreeMap::new();
    let mut kept = Vec::new();
    for finding in details {
        let key = (finding.code, finding.place.pointer.clone(), finding.observed.clone());
        let count = counts.entry((finding.code, finding.severity)).or_default();
        if !seen.contains(&key) && *count < TOLD {
            *count += 1;
            seen.push(key);
            kept.push(finding);
        }
    }
    kept
}
