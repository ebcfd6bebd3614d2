//! The validation contracts (output.md §2), one row each.

use std::sync::LazyLock;

use assay_core::Code;

use super::schema::{NodeId, Schemas, compile};

/// One contract.
#[derive(Debug, PartialEq, Eq)]
pub struct Contract {
    /// Its name in `validationContracts`.
    pub name: &'static str,
    /// The code its violations are reported under.
    pub code: Code,
    /// What the items of `object[]` must be.
    pub(super) things: Shape,
    /// What the `object` of series items must be; they must have one.
    pub(super) slices: Option<Shape>,
    /// Whether series items must have words.
    pub(super) words: bool,
}

/// What a contract asks of an object beyond the format. Only the quick reading uses this: the schema files have the
/// last word, and a test holds both together.
#[derive(Clone, Copy, Default, Debug, PartialEq, Eq)]
pub(super) struct Shape {
    /// The one type allowed.
    pub(super) kind: Option<&'static str>,
    /// Keys that must be there.
    pub(super) needs: Needs,
    /// Whether page, paragraph and sentence are forbidden.
    pub(super) no_index: bool,
}

/// Keys an object needs.
#[derive(Clone, Copy, Default, Debug, PartialEq, Eq)]
pub(super) enum Needs {
    /// None.
    #[default]
    Nothing,
    /// `objectCategory`.
    Category,
    /// `label` or `entityId`.
    Name,
    /// `label`.
    Label,
    /// `text`.
    Text,
    /// `sentiment` or `emotions`, unless the document has its own.
    Feeling,
}

const FREE: Shape = Shape { kind: None, needs: Needs::Nothing, no_index: false };

const fn only(kind: &'static str, needs: Needs, no_index: bool) -> Shape {
    Shape { kind: Some(kind), needs, no_index }
}

const fn row(name: &'static str, code: Code, things: Shape, slices: Option<Shape>) -> Contract {
    Contract { name, code, things, slices, words: false }
}

/// The 11 contracts.
pub static CONTRACTS: [Contract; 11] = [
    row(
        "anomaly",
        Code::OUT_ANOMALY,
        only("anomaly", Needs::Nothing, false),
        Some(only("anomaly", Needs::Nothing, true)),
    ),
    row("concept", Code::OUT_CONCEPT, only("concept", Needs::Category, false), None),
    row("entity", Code::OUT_ENTITY, only("namedEntity", Needs::Name, false), None),
    row("keyword", Code::OUT_KEYWORD, only("keyword", Needs::Label, false), None),
    row("language", Code::OUT_LANGUAGE, FREE, None),
    row("media-translated", Code::OUT_MEDIA_TRANSLATED, FREE, None),
    row(
        "object",
        Code::OUT_OBJECT,
        only("object", Needs::Nothing, true),
        Some(only("object", Needs::Nothing, true)),
    ),
    row("sentiment", Code::OUT_SENTIMENT, Shape { needs: Needs::Feeling, ..FREE }, None),
    row("summary", Code::OUT_SUMMARY, FREE, None),
    row("text", Code::OUT_TEXT, only("text", Needs::Text, false), Some(only("text", Needs::Text, true))),
    Contract { words: true, ..row("transcript", Code::OUT_TRANSCRIPT, FREE, None) },
];

/// The whole format without any contract; never listed in a document, only asked for.
pub static AION: Contract = row("aion", Code::OUT_AION, FREE, None);

/// Names that the documentation's examples list but for which no contract is published. Such a document is held to
/// the whole format.
pub const INFORMAL: [&str; 9] = [
    "face",
    "facial-features",
    "speaker",
    "logo",
    "license-plate",
    "audio-fingerprint",
    "geolocation",
    "structured-data",
    "verification",
];

impl Contract {
    /// The contract of that name, `aion` included.
    pub fn named(name: &str) -> Option<&'static Self> {
        CONTRACTS.iter().chain([&AION]).find(|contract| contract.name == name)
    }
}

/// Whether the name is the id of a structured-data schema: a lower-case UUID.
pub(super) fn is_schema_id(name: &str) -> bool {
    let bytes = name.as_bytes();
    bytes.len() == 36
        && bytes.iter().enumerate().all(|(place, byte)| match place {
            8 | 13 | 18 | 23 => *byte == b'-',
            _ => matches!(byte, b'0'..=b'9' | b'a'..=b'f'),
        })
}

/// A version of the format: its schema files, compiled. A new version is a new folder and a new entry here.
#[derive(Debug)]
pub(super) struct Version {
    pub(super) schemas: Schemas,
    /// What the compiler did not understand; empty for what we ship.
    #[cfg_attr(not(test), expect(dead_code, reason = "a test looks at it"))]
    pub(super) complaints: Vec<String>,
}

impl Version {
    /// Version 1: the published format of 2021.
    pub(super) fn v1() -> &'static Self {
        static V1: LazyLock<Version> = LazyLock::new(|| Version::of(V1_FILES));
        &V1
    }

    /// The schema of a contract.
    pub(super) fn schema(&self, contract: &Contract) -> Option<NodeId> {
        self.schemas.root(contract.name)
    }

    fn of(files: &[&str]) -> Self {
        let (schemas, complaints) = compile(files);
        Self { schemas, complaints }
    }
}

/// The files of version 1.
pub(super) static V1_FILES: &[&str] = &[
    include_str!("v1/definitions.json"),
    include_str!("v1/aion.json"),
    include_str!("v1/anomaly.json"),
    include_str!("v1/concept.json"),
    include_str!("v1/entity.json"),
    include_str!("v1/keyword.json"),
    include_str!("v1/language.json"),
    include_str!("v1/media-translated.json"),
    include_str!("v1/object.json"),
    include_str!("v1/sentiment.json"),
    include_str!("v1/summary.json"),
    include_str!("v1/text.json"),
    include_str!("v1/transcript.json"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_contract_has_a_schema_that_is_understood() {
        let version = Version::v1();
        assert_eq!(version.complaints, Vec::<String>::new());
        for contract in CONTRACTS.iter().chain([&AION]) {
            assert!(version.schema(contract).is_some(), "{}", contract.name);
            assert_eq!(contract.code.as_str(), format!("OUT-{}", contract.name.to_uppercase()));
        }
    }
}
