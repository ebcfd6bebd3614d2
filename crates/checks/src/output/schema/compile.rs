//! Schema files to nodes.

use std::collections::BTreeMap;

use regex::Regex;
use serde_json::{Map, Value};

use super::format::Format;
use super::node::{Kind, Members, Node, NodeId, Rule, Schemas};

/// Compiles schema files. What cannot be understood refuses every document and is named in the list returned; for the
/// files we ship a test holds that list empty.
pub(in crate::output) fn compile(files: &[&str]) -> (Schemas, Vec<String>) {
    let mut compiler = Compiler::default();
    for text in files {
        match serde_json::from_str::<Value>(text) {
            Ok(file) => compiler.add(file),
            Err(error) => compiler.complaints.push(error.to_string()),
        }
    }
    for id in compiler.files.keys().cloned().collect::<Vec<_>>() {
        let node = compiler.reference(&id);
        let name = id.rsplit(':').next().unwrap_or_default().to_owned();
        compiler.schemas.roots.insert(name, node);
    }
    (compiler.schemas, compiler.complaints)
}

#[derive(Default)]
struct Compiler {
    /// Files by `$id`.
    files: BTreeMap<String, Value>,
    /// Nodes already made for a reference. A node enters before its rules are known, so a cycle ends here.
    known: BTreeMap<String, NodeId>,
    schemas: Schemas,
    complaints: Vec<String>,
}

impl Compiler {
    fn add(&mut self, file: Value) {
        match file.get("$id").and_then(Value::as_str).map(str::to_owned) {
            Some(id) => drop(self.files.insert(id, file)),
            None => self.complaints.push("a schema file has no `$id`".into()),
        }
    }

    /// The node for `id#/pointer`.
    fn reference(&mut self, uri: &str) -> NodeId {
        if let Some(node) = self.known.get(uri) {
            return *node;
        }
        let (id, pointer) = uri.split_once('#').unwrap_or((uri, ""));
        let target = self.files.get(id).and_then(|file| file.pointer(pointer)).cloned();
        let node = self.place(format!("{}#{pointer}", id.rsplit(':').next().unwrap_or_default()));
        self.known.insert(uri.to_owned(), node);
        match target {
            Some(schema) => self.fill(node, &schema),
            None => self.refuse(node, &format!("`{uri}` does not exist")),
        }
        node
    }

    fn place(&mut self, at: String) -> NodeId {
        self.schemas.nodes.push(Node { at, rules: Vec::new() });
        NodeId(self.schemas.nodes.len() - 1)
    }

    fn child(&mut self, parent: NodeId, step: &str, schema: &Value) -> NodeId {
        let at = format!("{}/{}", self.schemas.node(parent).at, step);
        let node = self.place(at);
        self.fill(node, schema);
        node
    }

    fn fill(&mut self, node: NodeId, schema: &Value) {
        let rules = match schema {
            Value::Bool(true) => Vec::new(),
            Value::Bool(false) => vec![Rule::Never],
            Value::Object(keywords) => self.rules(node, keywords),
            _ => return self.refuse(node, "neither an object nor a truth value"),
        };
        if let Some(place) = self.schemas.nodes.get_mut(node.0) {
            place.rules.extend(rules);
        }
    }

    fn refuse(&mut self, node: NodeId, why: &str) {
        if let Some(place) = self.schemas.nodes.get_mut(node.0) {
            place.rules.push(Rule::Never);
            self.complaints.push(format!("{}: {why}", place.at));
        }
    }

    fn rules(&mut self, node: NodeId, keywords: &Map<String, Value>) -> Vec<Rule> {
        let mut rules = Vec::new();
        for (word, value) in keywords {
            match word.as_str() {
                "$schema"
                | "$id"
                | "$comment"
                | "title"
                | "description"
                | "definitions"
                | "then"
                | "patternProperties"
                | "additionalProperties" => {}
                "properties" => {}
                _ => match self.rule(node, word, value, keywords) {
                    Some(rule) => rules.push(rule),
                    None => self.refuse(node, &format!("`{word}` is not understood")),
                },
            }
        }
        rules.extend(self.members(node, keywords));
        rules
    }

    fn rule(&mut self, node: NodeId, word: &str, value: &Value, all: &Map<String, Value>) -> Option<Rule> {
        Some(match word {
            "$ref" => Rule::Ref(self.reference(value.as_str()?)),
            "allOf" => Rule::All(self.list(node, word, value)?),
            "anyOf" => Rule::Any(self.list(node, word, value)?),
            "oneOf" => Rule::One(self.list(node, word, value)?),
            "if" => Rule::When(self.child(node, "if", value), self.child(node, "then", all.get("then")?)),
            "type" => Rule::Kind(Kind::named(value.as_str()?)?),
            "enum" => Rule::Enum(value.as_array()?.clone()),
            "const" => Rule::Const(value.clone()),
            "minimum" => Rule::Minimum(value.as_f64()?),
            "maximum" => Rule::Maximum(value.as_f64()?),
            "minItems" => Rule::MinItems(value.as_u64()?.try_into().ok()?),
            "maxItems" => Rule::MaxItems(value.as_u64()?.try_into().ok()?),
            "uniqueItems" => value.as_bool().filter(|asked| *asked).map(|_| Rule::UniqueItems)?,
            "items" => Rule::Items(self.child(node, word, value)),
            "contains" => Rule::Contains(self.child(node, word, value)),
            "required" => Rule::Required(texts(value)?),
            "dependencies" => Rule::Dependencies(self.named(node, word, value)?),
            "pattern" => Rule::Pattern(Regex::new(value.as_str()?).ok()?),
            "format" => Rule::Format(Format::named(value.as_str()?)?),
            "requireBestPath" => Rule::OneBestPath,
            _ => return None,
        })
    }

    fn list(&mut self, node: NodeId, word: &str, value: &Value) -> Option<Vec<NodeId>> {
        let schemas = value.as_array()?.iter().enumerate();
        Some(schemas.map(|(n, schema)| self.child(node, &format!("{word}/{n}"), schema)).collect())
    }

    fn named(&mut self, node: NodeId, word: &str, value: &Value) -> Option<Vec<(String, NodeId)>> {
        let schemas = value.as_object()?.iter();
        Some(
            schemas
                .map(|(key, one)| (key.clone(), self.child(node, &format!("{word}/{key}"), one)))
                .collect(),
        )
    }

    fn members(&mut self, node: NodeId, keywords: &Map<String, Value>) -> Option<Rule> {
        let mut members = Members {
            closed: keywords.get("additionalProperties") == Some(&Value::Bool(false)),
            ..Members::default()
        };
        if let Some(value) = keywords.get("properties") {
            members.named = self.named(node, "properties", value)?.into_iter().collect();
        }
        if let Some(value) = keywords.get("patternProperties") {
            for (pattern, schema) in self.named(node, "patternProperties", value)? {
                members.patterns.push((Regex::new(&pattern).ok()?, schema));
            }
        }
        let asks = members.closed || !members.named.is_empty() || !members.patterns.is_empty();
        asks.then_some(Rule::Members(members))
    }
}

fn texts(value: &Value) -> Option<Vec<String>> {
    value.as_array()?.iter().map(|text| text.as_str().map(str::to_owned)).collect()
}
