//! Understands a GraphQL document leniently: no schema, every field of an answer that we do not have is null.

use std::cell::Cell;

use async_graphql_parser::types::{
    DocumentOperations, ExecutableDocument, Field, OperationDefinition, Selection, SelectionSet,
};
use async_graphql_parser::{Positioned, parse_query};
use async_graphql_value::Value as Literal;
use hyper::StatusCode;
use serde_json::{Map, Value, json};

use super::answer::{Operation, Refusal};
use super::nesting::depth;
use super::{Shared, resolve};

/// Largest document. Parsed, it takes a hundred times as much; large results belong into variables or a file.
const DOCUMENT_LIMIT: usize = 1 << 20;
/// Deepest nesting of brackets. The parser bounds selections itself, but not lists and objects.
const DEPTH: usize = 64;
/// Most fields looked at, fragments unfolded, so that fragments of fragments cannot grow without end.
const FIELDS: u32 = 5_000;

/// Executes the operation and gives the whole response, `data` and `errors`.
pub(super) fn execute(shared: &Shared, operation: &Operation) -> Result<Value, Refusal> {
    let document = parse(&operation.query)?;
    let chosen = choose(&document, operation.operation_name.as_deref())?;
    let variables = variables(chosen, operation.variables.as_ref());
    let reader = Reader { document: &document, left: Cell::new(FIELDS) };
    let (mut data, mut errors) = (Map::new(), Vec::new());
    for field in reader.fields(&chosen.selection_set.node, DEPTH) {
        let key = field.response_key().node.to_string();
        let name = field.name.node.as_str();
        match resolve::field(shared, name, &arguments(field, &variables), operation.file.as_deref()) {
            Ok(value) => {
                data.insert(key, reader.shape(&value, &field.selection_set.node, DEPTH));
            }
            Err(problem) => {
                shared.story.not_understood(&format!("GraphQL `{name}`: {}", problem.message));
                errors
                    .push(json!({ "message": problem.message, "name": problem.name, "path": [key.clone()] }));
                data.insert(key, Value::Null);
            }
        }
    }
    Ok(if errors.is_empty() { json!({ "data": data }) } else { json!({ "data": data, "errors": errors }) })
}

fn refusal(why: impl Into<String>) -> Refusal {
    (StatusCode::BAD_REQUEST, why.into())
}

fn parse(text: &str) -> Result<ExecutableDocument, Refusal> {
    if text.len() > DOCUMENT_LIMIT {
        return Err(refusal("the GraphQL document is larger than 1 MB; send large results as a file"));
    }
    if depth(text) > DEPTH {
        return Err(refusal("the GraphQL document is nested deeper than 64 levels"));
    }
    parse_query(text).map_err(|error| refusal(format!("the GraphQL document cannot be read: {error}")))
}

fn choose<'a>(
    document: &'a ExecutableDocument,
    name: Option<&str>,
) -> Result<&'a OperationDefinition, Refusal> {
    let found = match (&document.operations, name) {
        (DocumentOperations::Single(only), _) => Some(only),
        (DocumentOperations::Multiple(several), Some(name)) => several.get(name),
        (DocumentOperations::Multiple(several), None) => {
            several.values().next().filter(|_| several.len() == 1)
        }
    };
    found.map(|operation| &operation.node).ok_or_else(|| refusal("`operationName` names no operation"))
}

/// Given variables over their defaults.
fn variables(operation: &OperationDefinition, given: Option<&Map<String, Value>>) -> Map<String, Value> {
    let defaults = operation.variable_definitions.iter().filter_map(|definition| {
        let default = definition.node.default_value.clone()?.node.into_json().ok()?;
        Some((definition.node.name.node.to_string(), default))
    });
    let mut all: Map<String, Value> = defaults.collect();
    all.extend(given.cloned().unwrap_or_default());
    all
}

/// The arguments as JSON. A single `input` object is unfolded, as engines write both forms.
fn arguments(field: &Field, variables: &Map<String, Value>) -> Map<String, Value> {
    let mut all = Map::new();
    for (name, value) in &field.arguments {
        match (name.node.as_str(), json(&value.node, variables)) {
            ("input", Value::Object(inner)) => all.extend(inner),
            (name, json) => {
                all.insert(name.to_owned(), json);
            }
        }
    }
    all
}

/// A literal with its variables filled in; one that was not given is null.
fn json(literal: &Literal, variables: &Map<String, Value>) -> Value {
    match literal {
        Literal::Variable(name) => variables.get(name.as_str()).cloned().unwrap_or_default(),
        Literal::Number(number) => Value::Number(number.clone()),
        Literal::String(text) => Value::String(text.clone()),
        Literal::Boolean(truth) => Value::Bool(*truth),
        Literal::Enum(name) => Value::String(name.to_string()),
        Literal::List(items) => items.iter().map(|item| json(item, variables)).collect(),
        Literal::Object(fields) => {
            let fields = fields.iter().map(|(name, value)| (name.to_string(), json(value, variables)));
            Value::Object(fields.collect())
        }
        Literal::Null | Literal::Binary(_) => Value::Null,
    }
}

struct Reader<'a> {
    document: &'a ExecutableDocument,
    left: Cell<u32>,
}

impl<'a> Reader<'a> {
    /// The fields of a selection with fragments unfolded, as far as depth and budget go.
    fn fields(&self, selection: &'a SelectionSet, depth: usize) -> Vec<&'a Field> {
        let mut found = Vec::new();
        for Positioned { node, .. } in &selection.items {
            if depth == 0 || self.left.get() == 0 {
                break;
            }
            self.left.set(self.left.get() - 1);
            match node {
                Selection::Field(field) => found.push(&field.node),
                Selection::InlineFragment(part) => {
                    found.extend(self.fields(&part.node.selection_set.node, depth - 1));
                }
                Selection::FragmentSpread(spread) => {
                    let fragment = self.document.fragments.get(&spread.node.fragment_name.node);
                    let inner = fragment.map(|fragment| &fragment.node.selection_set.node);
                    found.extend(inner.into_iter().flat_map(|inner| self.fields(inner, depth - 1)));
                }
            }
        }
        found
    }

    /// `value` reduced to what was selected.
    fn shape(&self, value: &Value, selection: &'a SelectionSet, depth: usize) -> Value {
        match value {
            _ if selection.items.is_empty() => value.clone(),
            Value::Array(items) => items.iter().map(|item| self.shape(item, selection, depth)).collect(),
            Value::Object(object) => {
                let fields = self.fields(selection, depth);
                let shaped = fields.into_iter().map(|field| {
                    let inner = object.get(field.name.node.as_str()).unwrap_or(&Value::Null);
                    let depth = depth.saturating_sub(1);
                    let shaped = self.shape(inner, &field.selection_set.node, depth);
                    (field.response_key().node.to_string(), shaped)
                });
                Value::Object(shaped.collect())
            }
            scalar => scalar.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deep_nesting_is_refused_before_it_is_parsed() {
        assert!(parse(&"[".repeat(100_000)).is_err());
        assert!(parse(&format!("{{a(b:{}1{})}}", "[".repeat(200), "]".repeat(200))).is_err());
    }

    #[test]
    fn fragments_of_fragments_stay_bounded() {
        let mut text = String::from("{...f0}");
        for at in 0..40 {
            let next = at + 1;
            text.push_str(&format!(" fragment f{at} on T {{...f{next} ...f{next}}}"));
        }
        text.push_str(" fragment f40 on T {a}");
        let document = parse(&text).unwrap();
        let reader = Reader { document: &document, left: Cell::new(FIELDS) };
        let operation = choose(&document, None).unwrap();
        assert!(reader.fields(&operation.selection_set.node, DEPTH).len() <= FIELDS as usize);
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_taken_calmly(text in "[{}()\\[\\]\"#a-z:$,.! \n\\\\]{0,200}") {
            let _ = parse(&text);
        }
    }
}
