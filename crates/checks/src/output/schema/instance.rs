//! What a schema is applied to: an ordinary value, or a document whose long arrays are not held in memory.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::node::Kind;

/// Anything a schema can be applied to.
#[derive(Clone, Copy)]
pub(in crate::output) enum Instance<'a> {
    /// A value in memory.
    Value(&'a Value),
    /// The document.
    Tree(&'a Tree<'a>),
    /// One of its long arrays.
    Streamed(&'a dyn Streamed),
}

/// A document: its short members in memory, its long arrays where they were found.
#[derive(Default)]
pub(in crate::output) struct Tree<'a> {
    /// Members in memory.
    pub(in crate::output) members: Map<String, Value>,
    /// Long arrays.
    pub(in crate::output) arrays: BTreeMap<&'static str, Box<dyn Streamed + 'a>>,
}

/// An array of which only the items that may break a rule are looked at.
pub(in crate::output) trait Streamed {
    /// Number of items, the sound ones included.
    fn len(&self) -> usize;
    /// Reads the doubtful items, one at a time, with their index.
    fn doubtful(&self, look: &mut dyn FnMut(usize, &Value));
}

impl<'a> Instance<'a> {
    /// Whether the value is of the type.
    pub(super) fn is(self, kind: Kind) -> bool {
        match self {
            Self::Value(value) => value_is(value, kind),
            Self::Tree(_) => kind == Kind::Object,
            Self::Streamed(_) => kind == Kind::Array,
        }
    }

    /// Whether it is an object.
    pub(super) fn is_object(self) -> bool {
        self.is(Kind::Object)
    }

    /// The member of that name.
    pub(super) fn member(self, key: &str) -> Option<Instance<'a>> {
        match self {
            Self::Value(value) => value.as_object()?.get(key).map(Instance::Value),
            Self::Tree(tree) => match tree.arrays.get(key) {
                Some(array) => Some(Instance::Streamed(array.as_ref())),
                None => tree.members.get(key).map(Instance::Value),
            },
            Self::Streamed(_) => None,
        }
    }

    /// Keys of an object.
    pub(super) fn keys(self) -> Vec<&'a str> {
        match self {
            Self::Value(Value::Object(members)) => members.keys().map(String::as_str).collect(),
            Self::Tree(tree) => {
                tree.members.keys().map(String::as_str).chain(tree.arrays.keys().copied()).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Number of items of an array.
    pub(super) fn length(self) -> Option<usize> {
        match self {
            Self::Value(value) => value.as_array().map(Vec::len),
            Self::Streamed(array) => Some(array.len()),
            Self::Tree(_) => None,
        }
    }

    /// The value itself, when it is in memory.
    pub(super) fn in_memory(self) -> Option<&'a Value> {
        match self {
            Self::Value(value) => Some(value),
            _ => None,
        }
    }

    /// The text of a string.
    pub(super) fn text(self) -> Option<&'a str> {
        self.in_memory()?.as_str()
    }

    /// The value of a number.
    pub(super) fn number(self) -> Option<f64> {
        self.in_memory()?.as_f64()
    }
}

fn value_is(value: &Value, kind: Kind) -> bool {
    match (value, kind) {
        (Value::Null, Kind::Null)
        | (Value::Bool(_), Kind::Boolean)
        | (Value::Number(_), Kind::Number)
        | (Value::String(_), Kind::Text)
        | (Value::Array(_), Kind::Array)
        | (Value::Object(_), Kind::Object) => true,
        // 1.0 and 2e0 are integers, as in JavaScript.
        (Value::Number(number), Kind::Integer) => number.as_f64().is_some_and(|n| n.fract() == 0.0),
        _ => false,
    }
}

/// A spelling of the value that is the same for equal values: members sorted, `1.0` as `1`.
pub(super) fn spelling(value: &Value) -> Cow<'_, str> {
    match value {
        Value::String(text) => Cow::Owned(format!("{text:?}")),
        Value::Number(number) => Cow::Owned(format!("{:?}", number.as_f64().map(|n| n + 0.0))),
        Value::Array(items) => {
            let parts: Vec<_> = items.iter().map(spelling).collect();
            Cow::Owned(format!("[{}]", parts.join(",")))
        }
        Value::Object(members) => {
            let mut parts: Vec<_> =
                members.iter().map(|(key, value)| format!("{key:?}:{}", spelling(value))).collect();
            parts.sort_unstable();
            Cow::Owned(format!("{{{}}}", parts.join(",")))
        }
        Value::Null => Cow::Borrowed("null"),
        Value::Bool(true) => Cow::Borrowed("true"),
        Value::Bool(false) => Cow::Borrowed("false"),
    }
}
