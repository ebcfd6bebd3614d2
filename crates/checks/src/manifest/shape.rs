//! MAN-008: JSON types, with the lenient readings the platform has.

use assay_core::{Code, Finding};
use serde_json::Value;

use super::fields::{FIELDS, Field, Kind};
use super::judge::Judge;

/// How a value fits its type.
#[derive(PartialEq, Eq, Debug)]
enum Fit {
    Good,
    /// It does not, but is understood; the text says as what.
    Lenient(&'static str),
    Wrong,
}

/// Judges the type of every known field. `engineId` is left to MAN-003, which names it.
pub(super) fn judge(judge: &mut Judge<'_>) {
    for field in FIELDS.iter().filter(|field| field.name != "engineId") {
        if let Some(value) = judge.value(field.name) {
            judge_field(judge, field, value);
        }
    }
}

fn judge_field(judge: &mut Judge<'_>, field: &Field, value: &Value) {
    match fit(field.kind, value) {
        Fit::Good => {}
        Fit::Lenient(read_as) => {
            let finding = Finding::warning(
                Code::MAN_008,
                format!("`{}` is {}, read as {read_as}", field.name, kind_of(value)),
                format!("`{}` as {}", field.name, field.kind.words()),
            );
            judge.tell(judge.at(field.name), &format!("write {}", field.kind.words()), finding);
        }
        Fit::Wrong => wrong(judge, field, value),
    }
}

/// Points at the first item that does not fit, or at the value.
fn wrong(judge: &mut Judge<'_>, field: &Field, value: &Value) {
    let item_kind = match field.kind {
        Kind::Texts | Kind::TextsOrText => Some(Kind::Text),
        Kind::Integers => Some(Kind::Integer),
        _ => None,
    };
    let odd = item_kind
        .zip(value.as_array())
        .and_then(|(kind, items)| items.iter().enumerate().find(|(_, item)| fit(kind, item) == Fit::Wrong));
    let (spot, what) = match odd {
        Some((index, item)) => (judge.at_item(field.name, index), format!("holds {}", kind_of(item))),
        None => (judge.at(field.name), format!("is {}", kind_of(value))),
    };
    let finding = Finding::error(
        Code::MAN_008,
        format!("`{}` {what}", field.name),
        format!("`{}` as {}", field.name, field.kind.words()),
    );
    judge.tell(spot, &format!("expected {}", field.kind.words()), finding);
}

fn fit(kind: Kind, value: &Value) -> Fit {
    let all = |item: Kind| match value.as_array() {
        Some(items) if items.iter().all(|value| fit(item, value) == Fit::Good) => Fit::Good,
        _ => Fit::Wrong,
    };
    let good = |fits: bool| if fits { Fit::Good } else { Fit::Wrong };
    match kind {
        Kind::Text => good(value.is_string()),
        Kind::Texts => all(Kind::Text),
        Kind::TextsOrText if value.is_string() => Fit::Lenient("a list of one"),
        Kind::TextsOrText => all(Kind::Text),
        Kind::Integer => whole(value),
        Kind::Integers => all(Kind::Integer),
        Kind::Number => good(value.is_number()),
        Kind::Boolean => good(value.is_boolean()),
        Kind::IntegerOrText if value.is_string() => Fit::Good,
        Kind::IntegerOrText => whole(value),
        Kind::List => good(value.is_array()),
        Kind::Object => good(value.is_object()),
    }
}

fn whole(value: &Value) -> Fit {
    match value.as_f64() {
        Some(_) if value.is_i64() || value.is_u64() => Fit::Good,
        Some(number) if number.fract() == 0.0 => Fit::Lenient("an integer"),
        _ => Fit::Wrong,
    }
}

/// As a message names it.
fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(number) if number.is_f64() => "a number with a fraction or exponent",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}
