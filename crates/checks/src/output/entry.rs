//! Violations and remarks as one kind of thing, ready to be told.

use std::collections::HashSet;

use assay_core::{Code, Finding, Place, Severity};
use serde_json::{Value, json};

use super::contract::Contract;
use super::hint;
use super::meaning::Remark;
use super::position::{Position, Sought, find, snippet};
use super::schema::{Location, Violation};
use super::validation::ValidationError;

/// Something to tell.
#[derive(Debug)]
pub(super) struct Entry {
    code: Code,
    severity: Severity,
    location: Location,
    /// A member's key, when that is meant and not the value.
    key: Option<String>,
    keyword: &'static str,
    schema_path: String,
    params: Value,
    message: String,
    fix: Option<String>,
}

impl Entry {
    /// A violation of a contract's schema.
    pub(super) fn of_violation(contract: &Contract, violation: Violation) -> Self {
        let key = (violation.keyword == "additionalProperties")
            .then(|| violation.params.get("additionalProperty").and_then(Value::as_str).map(str::to_owned));
        Self {
            code: hint::code(contract, &violation),
            severity: Severity::Error,
            key: key.flatten(),
            keyword: violation.keyword,
            message: violation.message(),
            fix: hint::fix(contract, &violation),
            location: violation.location,
            schema_path: violation.schema_path,
            params: violation.params,
        }
    }

    /// A remark of the semantic checks.
    pub(super) fn of_remark(remark: Remark) -> Self {
        Self {
            code: remark.code,
            severity: remark.severity,
            location: remark.location,
            key: None,
            keyword: "semantic",
            schema_path: format!("#{}", remark.code),
            params: json!({ "code": remark.code }),
            message: remark.observed,
            fix: remark.fix,
        }
    }

    /// What makes two entries the same (output.md §4).
    fn identity(&self) -> (&'static str, Location, String) {
        (self.keyword, self.location.clone(), self.params.to_string())
    }

    fn error(&self, position: Position) -> ValidationError {
        ValidationError {
            keyword: self.keyword.to_owned(),
            data_path: self.location.data_path(),
            schema_path: self.schema_path.clone(),
            params: self.params.clone(),
            message: self.message.clone(),
            line: position.line,
            column: position.column,
            pointer: self.location.pointer(),
        }
    }

    fn finding(&self, document: &str, text: &str, position: Position) -> Finding {
        let place = Place::pointer(document, self.location.pointer());
        let rule = self.code.rule();
        let finding = match self.severity {
            Severity::Error => Finding::error(self.code, &self.message, rule.checks),
            Severity::Warning => Finding::warning(self.code, &self.message, rule.checks),
            Severity::Info => Finding::info(self.code, &self.message, rule.checks),
        };
        let finding = finding.at(place.line_column(position.line, position.column)).snippet(snippet(
            text,
            position,
            &self.message,
        ));
        match &self.fix {
            Some(fix) => finding.fix(fix),
            None => finding,
        }
    }
}

/// Drops what was said before.
pub(super) fn unique(entries: Vec<Entry>) -> Vec<Entry> {
    let mut said = HashSet::new();
    entries.into_iter().filter(|entry| said.insert(entry.identity())).collect()
}

/// Keeps the first `limit` errors by place; tells how many went.
pub(super) fn cap(entries: &mut Vec<Entry>, limit: usize) -> usize {
    entries.sort_by(|a, b| (&a.location, a.keyword, a.code).cmp(&(&b.location, b.keyword, b.code)));
    let mut errors = 0;
    entries.retain(|entry| {
        errors += usize::from(entry.severity == Severity::Error);
        entry.severity != Severity::Error || errors <= limit
    });
    errors.saturating_sub(limit)
}

/// Tells the entries: the errors among them, and all of them as findings.
pub(super) fn tell(text: &str, document: &str, entries: Vec<Entry>) -> (Vec<ValidationError>, Vec<Finding>) {
    let sought =
        entries.iter().map(|entry| Sought { location: entry.location.clone(), key: entry.key.clone() });
    let positions = find(text, &sought.collect::<Vec<_>>());
    let told = || entries.iter().zip(positions.iter().copied());
    let errors = told().filter(|(entry, _)| entry.severity == Severity::Error);
    (
        errors.map(|(entry, position)| entry.error(position)).collect(),
        told().map(|(entry, position)| entry.finding(document, text, position)).collect(),
    )
}
