//! What two policies say otherwise.

use std::collections::BTreeMap;

use assay_core::{Fault, Policy};
use serde_json::Value;

/// One thing that two policies say otherwise.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize)]
pub struct Difference {
    /// What, as in the document: `effects.IMG-006`, `limits.ready-seconds`.
    pub key: String,
    /// What the first says.
    pub before: String,
    /// What the second says.
    pub after: String,
}

/// Everything that `after` says otherwise than `before`, by key. An effect that a document leaves out is the
/// catalogue's.
///
/// # Errors
/// A fault when a policy cannot be written as JSON.
pub fn differences(before: &Policy, after: &Policy) -> Result<Vec<Difference>, Fault> {
    let (before, after) = (told(before, after)?, told(after, before)?);
    let keys = before.keys().chain(after.keys()).collect::<std::collections::BTreeSet<_>>();
    let said = |policy: &BTreeMap<String, String>, key: &str| {
        policy.get(key).cloned().unwrap_or_else(|| "not said".into())
    };
    let compared = keys.into_iter().map(|key| Difference {
        key: key.clone(),
        before: said(&before, key),
        after: said(&after, key),
    });
    Ok(compared.filter(|one| one.before != one.after).collect())
}

/// What `policy` says, flat, with the effect of every rule that it or `other` names.
fn told(policy: &Policy, other: &Policy) -> Result<BTreeMap<String, String>, Fault> {
    let mut policy = policy.clone();
    for code in other.effects.keys() {
        policy.effects.entry(*code).or_insert(code.rule().effect);
    }
    let value =
        serde_json::to_value(&policy).map_err(|cause| Fault::new("policy", "comparing policies", cause))?;
    let mut told = BTreeMap::new();
    flatten("", &value, &mut told);
    for own in ["name", "number", "description"] {
        told.remove(own);
    }
    Ok(told)
}

fn flatten(prefix: &str, value: &Value, told: &mut BTreeMap<String, String>) {
    match value {
        Value::Object(parts) => {
            for (key, value) in parts {
                let dot = if prefix.is_empty() { "" } else { "." };
                flatten(&format!("{prefix}{dot}{key}"), value, told);
            }
        }
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(plain).collect();
            told.insert(prefix.into(), items.join(", "));
        }
        value => {
            told.insert(prefix.into(), plain(value));
        }
    }
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::super::document::parse;
    use super::*;

    #[test]
    fn only_what_differs_is_told_and_what_is_left_out_is_the_catalogues() {
        let policy = |text: &str| parse("p", text).unwrap();
        let one = policy("[effects]\nIMG-006 = \"review\"\nIMG-007 = \"warn\"\n");
        let other = policy("trusted-bases = [\"debian\", \"scratch\"]\n[limits]\nready-seconds = 9\n");
        let told = differences(&one, &other).unwrap();
        let told: Vec<_> =
            told.iter().map(|one| (one.key.as_str(), one.before.as_str(), one.after.as_str())).collect();
        assert_eq!(
            told,
            [
                ("effects.IMG-006", "review", "warn"),
                ("limits.ready-seconds", "60", "9"),
                ("trusted-bases", "not said", "debian, scratch"),
            ]
        );
        assert_eq!(differences(&one, &one).unwrap(), []);
    }
}
