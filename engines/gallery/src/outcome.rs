//! How an engine fared, read from the report.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::engine::{Engine, Expect};

/// The policy the samples are judged under: one that never gets ready need not be waited for a whole minute.
pub const POLICY: &str = "number = 1\nname = \"samples\"\n\n[limits]\nready-seconds = 20\n";

/// Verdict and codes of a JSON report, without the warning that judging by the demonstration data always draws.
pub fn seen(report: &Value) -> Expect {
    let stage = report["stages"].as_array().into_iter().flatten().find(|stage| stage["name"] == "security");
    let demonstrated = stage.is_some_and(|stage| stage["status"] != "skipped");
    let mut warnings = codes(report, "warning");
    if demonstrated {
        warnings.remove("SEC-004");
    }
    Expect {
        verdict: report["verdict"].as_str().unwrap_or_default().to_owned(),
        errors: codes(report, "error").into_iter().collect(),
        warnings: warnings.into_iter().collect(),
    }
}

/// The engine's row in `docs/engines.md`.
pub fn row(engine: &Engine) -> String {
    let listed = |codes: &[String]| if codes.is_empty() { "–".to_owned() } else { codes.join(", ") };
    let Expect { verdict, errors, warnings } = &engine.expect;
    format!(
        "| `{}` | {} | {verdict} | {} | {} |",
        engine.name,
        engine.about,
        listed(errors),
        listed(warnings)
    )
}

fn codes(report: &Value, severity: &str) -> BTreeSet<String> {
    let findings = report["findings"].as_array().into_iter().flatten();
    let of_severity = findings.filter(|finding| finding["severity"] == severity);
    of_severity.filter_map(|finding| finding["code"].as_str().map(str::to_owned)).collect()
}
