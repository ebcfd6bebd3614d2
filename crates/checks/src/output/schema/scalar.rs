//! Rules for single values.

use serde_json::{Value, json};

use super::evaluate::{Case, Evaluation};
use super::instance::spelling;
use super::node::Rule;

impl Evaluation<'_> {
    pub(super) fn scalar(&mut self, rule: &Rule, case: Case<'_>) -> bool {
        match rule {
            Rule::Kind(kind) => {
                case.instance.is(*kind) || self.fail(case, "type", json!({ "type": kind.name() }))
            }
            Rule::Enum(values) => {
                values.iter().any(|value| equals(case, value))
                    || self.fail(case, "enum", json!({ "allowedValues": values }))
            }
            Rule::Const(value) => {
                equals(case, value) || self.fail(case, "const", json!({ "allowedValue": value }))
            }
            Rule::Pattern(form) => {
                case.instance.text().is_none_or(|text| form.is_match(text))
                    || self.fail(case, "pattern", json!({ "pattern": form.as_str() }))
            }
            Rule::Format(format) => {
                case.instance.text().is_none_or(|text| format.holds(text))
                    || self.fail(case, "format", json!({ "format": format.name() }))
            }
            _ => self.bound(rule, case),
        }
    }

    fn bound(&mut self, rule: &Rule, case: Case<'_>) -> bool {
        let Some(number) = case.instance.number() else { return true };
        match rule {
            Rule::Minimum(limit) if number < *limit => self.fail(case, "minimum", limits(">=", *limit)),
            Rule::Maximum(limit) if number > *limit => self.fail(case, "maximum", limits("<=", *limit)),
            _ => true,
        }
    }
}

fn equals(case: Case<'_>, wanted: &Value) -> bool {
    case.instance.in_memory().is_some_and(|value| match (value, wanted) {
        (Value::String(a), Value::String(b)) => a == b,
        _ => spelling(value) == spelling(wanted),
    })
}

/// Whole limits are written without a fraction, as they stand in the schema.
#[allow(clippy::cast_possible_truncation, reason = "limits of our own schemas, between -180 and 360")]
fn limits(comparison: &str, limit: f64) -> Value {
    let limit = if limit.fract() == 0.0 { json!(limit as i64) } else { json!(limit) };
    json!({ "comparison": comparison, "limit": limit, "exclusive": false })
}
