//! The compiled form of the schema files: a flat list of nodes that name each other by number.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value;

use super::format::Format;

/// Number of a node.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::output) struct NodeId(pub(super) usize);

/// One schema.
#[derive(Debug)]
pub(in crate::output) struct Node {
    /// Where it stands, such as `transcript#/properties/series`.
    pub(super) at: String,
    /// What it asks; all of it must hold.
    pub(in crate::output) rules: Vec<Rule>,
}

/// One keyword.
#[derive(Debug)]
pub(in crate::output) enum Rule {
    /// The schema `false`.
    Never,
    /// Another schema.
    Ref(NodeId),
    /// All of these.
    All(Vec<NodeId>),
    /// At least one of these.
    Any(Vec<NodeId>),
    /// Exactly one of these.
    One(Vec<NodeId>),
    /// When the first holds, then the second too.
    When(NodeId, NodeId),
    /// A type.
    Kind(Kind),
    /// One of these values.
    Enum(Vec<Value>),
    /// This value.
    Const(Value),
    /// Not below.
    Minimum(f64),
    /// Not above.
    Maximum(f64),
    /// Not shorter.
    MinItems(usize),
    /// Not longer.
    MaxItems(usize),
    /// No two equal items.
    UniqueItems,
    /// For every item.
    Items(NodeId),
    /// For at least one item.
    Contains(NodeId),
    /// For the members of an object.
    Members(Members),
    /// These keys.
    Required(Vec<String>),
    /// When the key is there, the schema holds for the object.
    Dependencies(Vec<(String, NodeId)>),
    /// A text of this form.
    Pattern(Regex),
    /// A text of this meaning.
    Format(Format),
    /// Exactly one item with `bestPath` true (our word, and the reference's).
    OneBestPath,
}

/// `properties`, `patternProperties` and `additionalProperties` together.
#[derive(Debug, Default)]
pub(in crate::output) struct Members {
    /// By name.
    pub(in crate::output) named: BTreeMap<String, NodeId>,
    /// By form of the name.
    pub(in crate::output) patterns: Vec<(Regex, NodeId)>,
    /// Whether other names are an error.
    pub(in crate::output) closed: bool,
}

/// A JSON type.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::output) enum Kind {
    Null,
    Boolean,
    Integer,
    Number,
    Text,
    Array,
    Object,
}

impl Kind {
    /// The word of the schema language.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Boolean => "boolean",
            Self::Integer => "integer",
            Self::Number => "number",
            Self::Text => "string",
            Self::Array => "array",
            Self::Object => "object",
        }
    }

    /// The type of that name.
    pub(super) fn named(name: &str) -> Option<Self> {
        [Self::Null, Self::Boolean, Self::Integer, Self::Number, Self::Text, Self::Array, Self::Object]
            .into_iter()
            .find(|kind| kind.name() == name)
    }
}

/// Every schema of one version of the format.
#[derive(Debug, Default)]
pub(in crate::output) struct Schemas {
    /// All nodes.
    pub(super) nodes: Vec<Node>,
    /// The node each file stands for, by the last part of its `$id`.
    pub(super) roots: BTreeMap<String, NodeId>,
}

impl Schemas {
    /// A node. An unknown number would be our own mistake; it then refuses everything.
    pub(in crate::output) fn node(&self, id: NodeId) -> &Node {
        static REFUSAL: LazyLock<Node> =
            LazyLock::new(|| Node { at: String::new(), rules: vec![Rule::Never] });
        self.nodes.get(id.0).unwrap_or(&REFUSAL)
    }

    /// The schema of a file.
    pub(in crate::output) fn root(&self, name: &str) -> Option<NodeId> {
        self.roots.get(name).copied()
    }
}
