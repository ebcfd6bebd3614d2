//! What to do about a violation, where more can be said than what the schema says.

use assay_core::{Code, Severity};
use serde_json::Value;

use super::contract::{CONTRACTS, Contract};
use super::meaning::Remark;
use super::schema::{Location, Step, Violation};

/// Keys of the older form of output, and what they are called today (output.md §9).
const LEGACY: [(&str, &str); 6] = [
    ("start", "startTimeMs"),
    ("end", "stopTimeMs"),
    ("boundingBox", "boundingPoly"),
    ("similarity", "confidence"),
    ("score", "confidence"),
    ("taskOutput", "the parts of the document itself"),
];

/// Keys of items, for "did you mean".
const KEYS: [&str; 34] = [
    "type",
    "label",
    "uri",
    "libraryId",
    "entityId",
    "entityIdentifierId",
    "mode",
    "confidence",
    "text",
    "language",
    "sentiment",
    "emotions",
    "age",
    "objectCategory",
    "transcription",
    "lipVoiceCorrelation",
    "lipMovement",
    "boundingPoly",
    "region",
    "faceLandmarks",
    "gps",
    "collateIndex",
    "structuredData",
    "vendor",
    "startTimeMs",
    "stopTimeMs",
    "speakerId",
    "words",
    "object",
    "media",
    "word",
    "utteranceLength",
    "bestPath",
    "class",
];

/// The rule a violation is reported under: the contract's, except for the list of contracts itself.
pub(super) fn code(contract: &Contract, violation: &Violation) -> Code {
    match violation.location.0.as_slice() {
        [Step::Key(key), Step::Index(_)] if key == "validationContracts" => Code::OUT_K2,
        _ => contract.code,
    }
}

/// How to mend it.
pub(super) fn fix(contract: &Contract, violation: &Violation) -> Option<String> {
    let steps = violation.location.0.as_slice();
    match (violation.keyword, steps) {
        ("additionalProperties", _) => unknown_key(violation.params.get("additionalProperty")?.as_str()?),
        ("type", [Step::Key(key)]) if key == "object" => {
            Some("`object` is an array: put the object into square brackets".into())
        }
        ("anyOf", []) if contract.name == "sentiment" => Some(
            "give `sentiment` or `emotions` for the whole file, or with every object; those in `series` do not count"
                .into(),
        ),
        ("required", []) if violation.params.get("missingProperty")? == "validationContracts" => {
            Some(format!("add `\"validationContracts\": [\"{}\"]`", suggestion(contract)))
        }
        ("contains", _) => Some(format!("add `\"{}\"` to the list", contract.name)),
        ("anyOf", [Step::Key(list), Step::Index(_)]) if list == "validationContracts" => {
            let names: Vec<_> = CONTRACTS.iter().map(|contract| contract.name).collect();
            Some(format!("use one of {}, or the lower-case id of a schema", names.join(", ")))
        }
        _ => None,
    }
}

fn suggestion(contract: &Contract) -> &'static str {
    if contract.name == "aion" { "the contract of the engine's capability" } else { contract.name }
}

fn unknown_key(key: &str) -> Option<String> {
    if let Some((_, today)) = LEGACY.iter().find(|(legacy, _)| *legacy == key) {
        return Some(format!("`{key}` belongs to the older form of output; today it is {today}"));
    }
    let short: String = key.chars().take(60).collect();
    let near = KEYS.into_iter().map(|known| (strsim::damerau_levenshtein(known, &short), known)).min();
    match near {
        Some((distance, known)) if distance <= 2 && short.len() > 3 => {
            Some(format!("did you mean `{known}`?"))
        }
        _ => Some("take it out, or put it into `vendor`".into()),
    }
}

/// C1: a fraction that looks like a percentage.
pub(super) fn percentage(violation: &Violation) -> Option<Remark> {
    let limit = violation.params.get("limit").and_then(Value::as_f64);
    let number = violation.number.filter(|number| *number > 1.0 && *number <= 100.0)?;
    (violation.keyword == "maximum" && limit == Some(1.0) && is_score(&violation.location)).then(|| Remark {
        code: Code::OUT_C1,
        severity: Severity::Info,
        location: violation.location.clone(),
        observed: format!("{number} looks like a percentage"),
        fix: Some(format!("write {} for {number} %", number / 100.0)),
    })
}

/// Coordinates have a rule of their own (P3).
fn is_score(location: &Location) -> bool {
    !matches!(location.0.last(), Some(Step::Key(key)) if key == "x" || key == "y")
}
