//! The table of top-level keys (manifest.md §1).

/// JSON type of a field.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    /// A text.
    Text,
    /// A list of texts.
    Texts,
    /// A list of texts for which a lone text is accepted: the field table calls it a string, the examples show a list.
    TextsOrText,
    /// A whole number.
    Integer,
    /// A list of whole numbers.
    Integers,
    /// Any number.
    Number,
    /// `true` or `false`.
    Boolean,
    /// A whole number, or a text: sources disagree.
    IntegerOrText,
    /// A list of anything.
    List,
    /// An object.
    Object,
}

impl Kind {
    /// As a message names it.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Text => "a string",
            Self::Texts | Self::TextsOrText => "an array of strings",
            Self::Integer => "an integer",
            Self::Integers => "an array of integers",
            Self::Number => "a number",
            Self::Boolean => "`true` or `false`",
            Self::IntegerOrText => "an integer or a string",
            Self::List => "an array",
            Self::Object => "an object",
        }
    }
}

/// One known key.
pub(super) struct Field {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
}

const fn field(name: &'static str, kind: Kind) -> Field {
    Field { name, kind }
}

/// Every known key: the documented ones, then those seen only in real manifests and kept without remark.
pub(super) static FIELDS: &[Field] = &[
    field("engineId", Kind::Text),
    field("category", Kind::Text),
    field("preferredInputFormat", Kind::Text),
    field("outputFormats", Kind::Texts),
    field("clusterSize", Kind::Text),
    field("supportedInputFormats", Kind::Texts),
    field("initialConcurrency", Kind::Integer),
    field("maxConcurrency", Kind::Integer),
    field("url", Kind::Text),
    field("externalCalls", Kind::Texts),
    field("libraries", Kind::TextsOrText),
    field("maxFileMb", Kind::Number),
    field("minMediaLengthMs", Kind::Integer),
    field("maxMediaLengthMs", Kind::Integer),
    field("trainableViaApi", Kind::Boolean),
    field("supportedLanguages", Kind::TextsOrText),
    field("gpuSupported", Kind::Text),
    field("minMemoryRequired", Kind::Number),
    field("engineMode", Kind::Text),
    field("inputEncoding", Kind::Text),
    field("supportedSourceTypes", Kind::Integers),
    field("sourceId", Kind::Integer),
    field("source", Kind::IntegerOrText),
    field("schemaId", Kind::IntegerOrText),
    field("schedule", Kind::Text),
    field("oauth", Kind::Text),
    field("serverCountry", Kind::Text),
    field("releaseNotes", Kind::Text),
    field("isPublic", Kind::Boolean),
    field("ingestion", Kind::Object),
    field("inputOptions", Kind::List),
    field("customProfile", Kind::Text),
    field("volumeProfile", Kind::Text),
    field("isConductor", Kind::Boolean),
    field("isBenchmark", Kind::Boolean),
    field("isCJISCompliant", Kind::Boolean),
    field("sourceFileDeletion", Kind::Boolean),
    field("fedRampImpactLevel", Kind::Integer),
    field("whitelistOrgIds", Kind::List),
    field("categories", Kind::List),
    field("runtime", Kind::Text),
    field("engineName", Kind::Text),
    field("requireEC2", Kind::Boolean),
];

/// Keys that the platform adds and a developer must not.
pub(super) const PLATFORM_KEYS: [&str; 2] = ["user", "build"];

/// The names of all known keys.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    FIELDS.iter().map(|field| field.name)
}

/// Whether a lone text stands for a list of one.
pub(super) fn takes_lone_text(name: &str) -> bool {
    FIELDS.iter().any(|field| field.name == name && field.kind == Kind::TextsOrText)
}
