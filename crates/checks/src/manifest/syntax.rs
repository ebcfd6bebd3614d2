//! Strict JSON with places: every key and value of the top level keeps its span.

use std::collections::HashMap;

use assay_core::{Code, Finding};
use jsonc_parser::ast;
use jsonc_parser::common::Ranged;
use jsonc_parser::{CollectOptions, ParseOptions};
use serde_json::{Map, Value};

use super::document::{Document, Span};
use super::slips::unparsable;
use super::suggest::quoted;

/// Deepest nesting read.
const DEEPEST: usize = 64;
/// Longest number, in characters; no field needs more than a dozen.
const LONGEST_NUMBER: usize = 40;
/// Most keys of the manifest, and most items of one of its arrays.
const MOST_ITEMS: usize = 1000;
/// Doubled keys reported one by one.
const DOUBLED_SHOWN: usize = 20;

const STRICT: ParseOptions = ParseOptions {
    allow_comments: false,
    allow_loose_object_property_names: false,
    allow_trailing_commas: false,
    allow_missing_commas: false,
    allow_single_quoted_strings: false,
    allow_hexadecimal_numbers: false,
    allow_unary_plus_numbers: false,
    allow_bare_decimal_point_numbers: false,
    allow_non_finite_numbers: false,
    allow_extended_string_escapes: false,
};

/// One key with its value, in the order of the document.
pub(super) struct Member {
    pub(super) name: String,
    pub(super) key: Span,
    pub(super) value: Span,
    /// Spans of an array's items.
    pub(super) items: Vec<Span>,
}

/// A parsed manifest.
pub(super) struct Syntax {
    /// The values; of a doubled key the last.
    pub(super) raw: Map<String, Value>,
    /// Where they stand; of a doubled key each.
    pub(super) members: Vec<Member>,
    /// The opening brace.
    pub(super) root: Span,
}

impl Syntax {
    /// The member that counts for `name`.
    pub(super) fn member(&self, name: &str) -> Option<&Member> {
        self.members.iter().rev().find(|member| member.name == name)
    }
}

/// Parses `document`; what breaks MAN-002 goes to `findings`, and only a doubled key lets the reading go on.
pub(super) fn parse(document: &Document, findings: &mut Vec<Finding>) -> Option<Syntax> {
    match members_and_values(document, findings) {
        Ok(syntax) => Some(syntax),
        Err(finding) => {
            findings.push(*finding);
            None
        }
    }
}

fn members_and_values(document: &Document, findings: &mut Vec<Finding>) -> Result<Syntax, Box<Finding>> {
    let parsed = jsonc_parser::parse_to_ast(&document.text, &CollectOptions::default(), &STRICT)
        .map_err(|error| unparsable(document, &error))?;
    let Some(value) = parsed.value else {
        return Err(broken(document, 0..0, "the manifest is empty", "nothing here"));
    };
    check_depth_and_numbers(document, &value, 1)?;
    let raw = values(document)?;
    let (ast::Value::Object(object), Value::Object(raw)) = (&value, raw) else {
        let span = span(&value);
        return Err(broken(
            document,
            span.start..span.start + 1,
            "the manifest is not a JSON object",
            "an object begins with `{`",
        ));
    };
    let members: Vec<Member> = object.properties.iter().map(member).collect();
    check_sizes(document, &members)?;
    findings.extend(doubled(document, &members));
    Ok(Syntax { raw, members, root: object.range.start..object.range.start + 1 })
}

fn check_sizes(document: &Document, members: &[Member]) -> Result<(), Box<Finding>> {
    if let Some(first_beyond) = members.get(MOST_ITEMS) {
        let what = format!("the manifest has {} keys, more than {MOST_ITEMS}", members.len());
        return Err(broken(document, first_beyond.key.clone(), &what, "too many keys"));
    }
    match members.iter().find_map(|member| Some((member, member.items.get(MOST_ITEMS)?))) {
        Some((member, first_beyond)) => {
            let what =
                format!("{} has {} items, more than {MOST_ITEMS}", quoted(&member.name), member.items.len());
            Err(broken(document, first_beyond.clone(), &what, "too many items"))
        }
        None => Ok(()),
    }
}

/// The values by the reference parser, which also refuses what the lenient scanner lets pass: raw control characters
/// in texts, odd blanks, half surrogate pairs, numbers out of range.
fn values(document: &Document) -> Result<Value, Box<Finding>> {
    serde_json::from_str(&document.text).map_err(|error| {
        let at = document.offset_of(error.line(), error.column());
        let text = error.to_string();
        let what = text.split(" at line ").next().unwrap_or_default();
        broken(document, at..at + 1, &format!("the manifest is not valid JSON: {what}"), what)
    })
}

/// Walks as deep as the parser let through (512), so recursion is bounded.
fn check_depth_and_numbers(
    document: &Document,
    value: &ast::Value,
    depth: usize,
) -> Result<(), Box<Finding>> {
    let range = span(value);
    match value {
        ast::Value::Object(_) | ast::Value::Array(_) if depth > DEEPEST => {
            Err(too_deep(document, range.start..range.start + 1))
        }
        ast::Value::Object(object) => object
            .properties
            .iter()
            .try_for_each(|property| check_depth_and_numbers(document, &property.value, depth + 1)),
        ast::Value::Array(array) => array
            .elements
            .iter()
            .try_for_each(|element| check_depth_and_numbers(document, element, depth + 1)),
        ast::Value::NumberLit(number) => check_number(document, number.value, range),
        _ => Ok(()),
    }
}

fn check_number(document: &Document, digits: &str, span: Span) -> Result<(), Box<Finding>> {
    let representable = digits.parse::<f64>().is_ok_and(f64::is_finite);
    if digits.len() <= LONGEST_NUMBER && representable {
        return Ok(());
    }
    let what = format!("a number of {} characters that no field can hold", digits.len());
    Err(broken(document, span, &what, "too long or too large"))
}

pub(super) fn too_deep(document: &Document, span: Span) -> Box<Finding> {
    let what = format!("the manifest is nested more than {DEEPEST} levels deep");
    broken(document, span, &what, "too deep")
}

pub(super) fn broken(document: &Document, span: Span, observed: &str, label: &str) -> Box<Finding> {
    let finding = Finding::error(Code::MAN_002, observed, "one JSON object in UTF-8");
    Box::new(document.placed(finding, "", span, label))
}

fn doubled(document: &Document, members: &[Member]) -> Vec<Finding> {
    let mut first: HashMap<&str, &Member> = HashMap::new();
    let mut findings = Vec::new();
    for member in members {
        let Some(earlier) = first.insert(&member.name, member) else { continue };
        if findings.len() < DOUBLED_SHOWN {
            let (line, column) = document.position(earlier.key.start);
            let finding = Finding::warning(
                Code::MAN_002,
                format!(
                    "the key {} stands twice, before that at {line}:{column}; the last one counts",
                    quoted(&member.name)
                ),
                "every key once",
            );
            let pointer = super::judge::pointer(&member.name);
            findings.push(document.placed(
                finding.fix("remove one of the two"),
                &pointer,
                member.key.clone(),
                &format!("also at {line}:{column}"),
            ));
        }
    }
    findings
}

fn member(property: &ast::ObjectProp) -> Member {
    let items = match &property.value {
        ast::Value::Array(array) => array.elements.iter().map(span).collect(),
        _ => Vec::new(),
    };
    let key = property.name.range();
    Member {
        name: property.name.as_str().into(),
        key: key.start..key.end,
        value: span(&property.value),
        items,
    }
}

fn span(value: &ast::Value) -> Span {
    let range = value.range();
    range.start..range.end
}
