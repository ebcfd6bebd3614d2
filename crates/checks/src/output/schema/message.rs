//! One short sentence for each kind of violation.

use serde_json::Value;

use super::violation::Violation;

impl Violation {
    /// The sentence. Texts from the document are cut.
    pub(in crate::output) fn message(&self) -> String {
        match self.keyword {
            "required" => format!("`{}` is missing", self.word("missingProperty")),
            "additionalProperties" => {
                format!("`{}` is not a key of the format here", self.word("additionalProperty"))
            }
            "type" => format!("the value is not {}", with_article(&self.word("type"))),
            "enum" => format!("the value is none of {}", self.allowed()),
            "const" => format!("the value is not `{}`", self.word("allowedValue")),
            "minimum" => format!("the value is less than {}", self.word("limit")),
            "maximum" => format!("the value is more than {}", self.word("limit")),
            "minItems" => format!("there are fewer than {} items", self.word("limit")),
            "maxItems" => format!("there are more than {} items", self.word("limit")),
            "uniqueItems" => format!("item {} is the same as item {}", self.word("i"), self.word("j")),
            "contains" => "no item is the one needed".into(),
            "pattern" => "the text is not a lower-case UUID".into(),
            "format" => "the text is not a date and time with a zone, such as `2026-01-31T12:00:00Z`".into(),
            _ => self.wrapper(),
        }
    }

    fn wrapper(&self) -> String {
        match self.keyword {
            "false schema" => "this key may not be given here".into(),
            "requireBestPath" => "not exactly one word of the lattice has `bestPath` true".into(),
            "anyOf" => "none of the allowed forms fits".into(),
            "oneOf" => "not exactly one of the allowed forms fits".into(),
            "if" => "the rules for this case are broken".into(),
            other => format!("`{other}` does not hold"),
        }
    }

    fn word(&self, name: &str) -> String {
        match self.params.get(name) {
            Some(Value::String(text)) => text.chars().take(60).collect(),
            Some(value) => value.to_string(),
            None => String::new(),
        }
    }

    fn allowed(&self) -> String {
        let values = self.params.get("allowedValues").and_then(Value::as_array);
        let names = values.into_iter().flatten().filter_map(Value::as_str);
        names.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
    }
}

fn with_article(name: &str) -> String {
    let article = if name.starts_with(['a', 'i', 'o']) { "an" } else { "a" };
    format!("{article} {name}")
}
