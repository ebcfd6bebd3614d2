//! SARIF 2.1.0 (OASIS), for code-scanning pages.

use serde_json::{Map, Value, json};

use crate::catalogue::Effect;
use crate::report::{Report, ReportedFinding};

/// The report as one SARIF run.
pub fn sarif(report: &Report) -> Value {
    let mut rules: Vec<Value> = Vec::new();
    let mut codes = Vec::new();
    for reported in &report.findings {
        let rule = reported.finding.code.rule();
        if !codes.contains(&rule.code) {
            codes.push(rule.code);
            rules.push(json!({
                "id": rule.code,
                "shortDescription": { "text": rule.checks },
                "help": { "text": rule.fix },
                "helpUri": reported.docs,
                "defaultConfiguration": { "level": level(rule.effect) },
            }));
        }
    }
    let results: Vec<Value> = report
        .findings
        .iter()
        .map(|reported| {
            let index = codes.iter().position(|code| *code == reported.finding.code);
            result(report, reported, index)
        })
        .collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "assay",
                "version": report.assay_version,
                "rules": rules,
            }},
            "columnKind": "unicodeCodePoints",
            "results": results,
            "properties": { "verdict": report.verdict, "image": report.image },
        }],
    })
}

fn result(report: &Report, reported: &ReportedFinding, rule_index: Option<usize>) -> Value {
    let finding = &reported.finding;
    let place = &finding.place;
    let uri = place.document.as_deref().or(place.path.as_deref()).unwrap_or(&report.image);
    let mut physical = Map::new();
    physical
        .insert("artifactLocation".into(), json!({ "uri": percent_encoded(uri.trim_start_matches('/')) }));
    if let (Some(line), Some(column)) = (place.line, place.column) {
        let length = finding.snippet.as_ref().map_or(1, |snippet| snippet.length);
        let region = json!({ "startLine": line, "startColumn": column, "endLine": line, "endColumn": column + length });
        physical.insert("region".into(), region);
    }
    let mut location = Map::from_iter([("physicalLocation".to_owned(), Value::Object(physical))]);
    if let Some(pointer) = &place.pointer {
        location.insert("logicalLocations".into(), json!([{ "fullyQualifiedName": pointer }]));
    }
    json!({
        "ruleId": finding.code,
        "ruleIndex": rule_index,
        "level": level(reported.effect),
        "message": { "text": format!("{}. Expected: {}. {}", finding.observed, finding.expected, finding.fix) },
        "locations": [location],
        "partialFingerprints": { "assay/v1": reported.fingerprint },
        "suppressions": suppressions(reported),
        "properties": { "effect": reported.effect, "place": place },
    })
}

/// A waiver in SARIF's terms (section 3.35): accepted, outside the source. An empty list says that nothing suppresses
/// the result; all results have one or none has.
fn suppressions(reported: &ReportedFinding) -> Vec<Value> {
    let told = reported.waiver.iter().map(|waiver| {
        json!({
            "guid": waiver.id,
            "kind": "external",
            "status": "accepted",
            "justification": waiver.reason,
            "properties": { "approver": waiver.approver, "expiresAt": waiver.expires_at },
        })
    });
    told.collect()
}

fn level(effect: Effect) -> &'static str {
    match effect {
        Effect::Invalid | Effect::Disapprove | Effect::Hold => "error",
        Effect::Review | Effect::Warn => "warning",
        Effect::Info => "note",
    }
}

/// A path or image reference as a relative URI reference (RFC 3986).
fn percent_encoded(text: &str) -> String {
    let mut uri = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' | b'@' => {
                uri.push(byte as char)
            }
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}
