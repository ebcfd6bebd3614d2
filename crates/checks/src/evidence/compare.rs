//! Whether two answers say the same.

use serde_json::Value;

/// Scores of models waver in their last digits; times and counts of one answer do not waver by a thousandth.
const TOLERANCE: f64 = 1e-3;
/// Larger documents are compared byte for byte, since a parsed document takes many times its size in memory.
const PARSED_LIMIT: usize = 8 << 20;
/// Set anew by every run.
const TIME_OF_RUN: &str = "generatedDateUTC";

/// The first place where two answers differ.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Difference {
    /// JSON pointer; empty for the whole.
    pub(crate) pointer: String,
    /// What the one has there, in short.
    pub(crate) left: String,
    /// What the other has there.
    pub(crate) right: String,
}

/// Where `left` and `right` differ, numbers within a tolerance and the time of the run left aside.
pub(crate) fn difference(left: &[u8], right: &[u8]) -> Option<Difference> {
    if left == right {
        return None;
    }
    let whole = || Difference {
        pointer: String::new(),
        left: format!("{} bytes", left.len()),
        right: format!("{} other bytes", right.len()),
    };
    if left.len().max(right.len()) > PARSED_LIMIT {
        return Some(whole());
    }
    match (serde_json::from_slice::<Value>(left), serde_json::from_slice::<Value>(right)) {
        (Ok(left), Ok(right)) => between(&left, &right, String::new()),
        _ => Some(whole()),
    }
}

/// serde_json reads at most 128 levels, so this recursion is bounded.
fn between(left: &Value, right: &Value, pointer: String) -> Option<Difference> {
    match (left, right) {
        (Value::Object(one), Value::Object(other)) => {
            let keys = one.keys().chain(other.keys().filter(|key| !one.contains_key(*key)));
            let compared = keys.filter(|key| !(pointer.is_empty() && *key == TIME_OF_RUN));
            compared
                .filter_map(|key| at(one.get(key), other.get(key), format!("{pointer}/{}", escaped(key))))
                .next()
        }
        (Value::Array(one), Value::Array(other)) => (0..one.len().max(other.len()))
            .find_map(|index| at(one.get(index), other.get(index), format!("{pointer}/{index}"))),
        (Value::Number(one), Value::Number(other)) if close(one.as_f64(), other.as_f64()) => None,
        (left, right) if left == right => None,
        (left, right) => Some(Difference { pointer, left: short(Some(left)), right: short(Some(right)) }),
    }
}

fn at(left: Option<&Value>, right: Option<&Value>, pointer: String) -> Option<Difference> {
    match (left, right) {
        (Some(left), Some(right)) => between(left, right, pointer),
        (left, right) => Some(Difference { pointer, left: short(left), right: short(right) }),
    }
}

fn close(one: Option<f64>, other: Option<f64>) -> bool {
    one.zip(other)
        .is_some_and(|(one, other)| (one - other).abs() <= TOLERANCE * one.abs().max(other.abs()).max(1.0))
}

fn escaped(key: &str) -> String {
    key.chars().take(60).collect::<String>().replace('~', "~0").replace('/', "~1")
}

fn short(value: Option<&Value>) -> String {
    match value {
        None => "nothing".into(),
        Some(Value::Array(items)) => format!("an array of {}", items.len()),
        Some(Value::Object(fields)) => format!("an object of {}", fields.len()),
        Some(scalar) => {
            let text = scalar.to_string();
            let more = if text.chars().count() > 60 { "…" } else { "" };
            format!("`{}{more}`", text.chars().take(60).collect::<String>().replace('`', "'"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pointer(left: &str, right: &str) -> Option<String> {
        difference(left.as_bytes(), right.as_bytes()).map(|found| found.pointer)
    }

    #[test]
    fn same_meaning() {
        assert_eq!(pointer(r#"{"a":1,"b":0.5}"#, r#"{ "b":0.5000004, "a":1.0 }"#), None);
        assert_eq!(pointer(r#"{"generatedDateUTC":"1"}"#, r#"{"generatedDateUTC":"2"}"#), None);
        assert_eq!(pointer(r#"{"generatedDateUTC":"1"}"#, "{}"), None);
        assert_eq!(pointer("not json", "not json"), None);
    }

    #[test]
    fn first_difference() {
        assert_eq!(pointer(r#"{"a":{"b/c":[1,2]}}"#, r#"{"a":{"b/c":[1,3]}}"#).unwrap(), "/a/b~1c/1");
        assert_eq!(pointer(r#"{"a":[1]}"#, r#"{"a":[1,2]}"#).unwrap(), "/a/1");
        assert_eq!(pointer(r#"{"a":1}"#, r#"{"b":1}"#).unwrap(), "/a");
        assert_eq!(pointer("1", "\"1\"").unwrap(), "");
        assert_eq!(pointer("x", "y").unwrap(), "");
    }
}
