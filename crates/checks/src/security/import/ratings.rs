//! Severities by CVE from lists apart from the advisories: `{"CVE-2020-1": [["source", "CVSS:3.1/…"], ["other", "Low"]]}`.

use serde_json::Value;

use super::collector::Collector;
use crate::security::database::record::is_cve;
use crate::security::database::severity::{Rating, Standing};

/// Whether `value` is such a list.
pub(super) fn recognises(value: &Value) -> bool {
    let first = value.as_object().and_then(|map| map.iter().next());
    first.is_some_and(|(key, value)| key.starts_with("CVE-") && value.is_array())
}

/// Takes every rating that comes to a band; others are counted as bad.
pub(super) fn take(name: &str, value: &Value, collector: &mut Collector) {
    for (cve, sources) in value.as_object().into_iter().flatten() {
        for source in sources.as_array().into_iter().flatten() {
            match rating(source).filter(|_| is_cve(cve)) {
                Some(rating) => collector.rating(cve, rating),
                None => {
                    collector.bad(&format!("{name} {cve}"), "the entry is no pair of source and severity")
                }
            }
        }
    }
}

/// A pair of source and severity. A CVSS weighs more than a word: words are a vendor's view of its own builds.
fn rating(pair: &Value) -> Option<Rating> {
    let [source, severity] = pair.as_array()?.as_slice() else { return None };
    let (standing, text) = match severity {
        Value::Number(score) => (Standing::OtherScore, score.to_string()),
        Value::String(text) if text.starts_with("CVSS:") => (Standing::OtherScore, text.clone()),
        Value::String(text) => (Standing::OtherVendor, text.clone()),
        _ => return None,
    };
    Rating::read(standing, source.as_str()?, &text)
}
