//! The one table of engine categories: names, aliases, platform ids and the output contract each calls for
//! (manifest.md §2, output.md §2 of the domain notes).

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What is known of one category.
#[derive(Debug, PartialEq, Eq)]
pub struct CategoryRow {
    /// The canonical name, as documented for manifests.
    pub name: &'static str,
    /// The platform's `categoryType`, when it has one.
    pub category_type: &'static str,
    /// The platform's id of the category; empty when none is published.
    pub guid: &'static str,
    /// Other spellings; compared without case, blanks, `-` and `_`.
    pub aliases: &'static [&'static str],
    /// Output contracts, any one of which fits; empty when none is formalised.
    pub contracts: &'static [&'static str],
}

macro_rules! row {
    ($name:literal, $kind:literal, $guid:literal, [$($alias:literal),*], [$($contract:literal),*]) => {
        CategoryRow { name: $name, category_type: $kind, guid: $guid, aliases: &[$($alias),*], contracts: &[$($contract),*] }
    };
}

/// Every category Assay knows.
pub static CATEGORIES: &[CategoryRow] = &[
    row!("transcode", "transcode", "581dbb32-ea5b-4458-bd15-8094942345e3", ["transcoding"], []),
    row!(
        "transcription",
        "transcript",
        "67cd4dd0-2f75-445d-a6f0-2f297d6cd182",
        ["transcript", "speech to text"],
        ["transcript"]
    ),
    row!(
        "sentiment",
        "sentiment",
        "f2554098-f14b-4d81-9be1-41d0f992a22f",
        ["sentiment analysis"],
        ["sentiment"]
    ),
    row!(
        "fingerprint",
        "fingerprint",
        "17d62b84-8b49-465b-a6be-fe3ea3bc8f05",
        ["audio fingerprinting", "avFingerprint", "audio fingerprint"],
        []
    ),
    row!(
        "facial detection",
        "face",
        "6faad6b7-0837-45f9-b161-2f6bf31b7a07",
        ["face", "face detection", "face recognition", "facial recognition"],
        []
    ),
    row!("face verification", "", "", ["facial verification"], []),
    row!("facial features", "", "", [], []),
    row!(
        "object detection",
        "object",
        "088a31be-9bd6-4628-a6f0-e4004e362ea0",
        ["object", "object recognition", "image classification"],
        ["object"]
    ),
    row!("license plate", "", "", ["license plate recognition", "licence plate", "alpr"], []),
    row!(
        "translate",
        "translate",
        "3b2b2ff8-44aa-4db4-9b71-ff96c3bf5923",
        ["translation", "text translation"],
        ["media-translated", "text", "transcript"]
    ),
    row!("audio", "audio", "c6e07fe3-f15f-48a7-8914-951b852d54d0", ["audio detection"], []),
    row!("music", "music", "c96b5d0e-3ce1-4fd7-9c38-d25ddef87a5f", ["music detection"], []),
    row!("geolocation", "geolocation", "203ad7c2-3dbd-45f9-95a6-855f911563d0", [], []),
    row!("conductor", "conductor", "892960cb-14c7-4743-a6e2-d6e437d6c5bb", [], []),
    row!("station playout", "stationPlayout", "935c4838-dcf6-415c-99c4-5ceb0a8944be", [], []),
    row!(
        "text recognition",
        "ocr",
        "3b4ac603-9bfa-49d3-96b3-25ca3b502325",
        ["ocr", "optical character recognition"],
        ["text"]
    ),
    row!("logo recognition", "logo", "5a511c83-2cbd-4f2d-927e-cd03803a8a9c", ["logo", "logo detection"], []),
    row!("utility", "utility", "f951fbf9-aa69-47a2-87c8-12dfb51a1f18", [], []),
    row!("speech", "speech", "09f48865-c9e5-47b9-be79-8581047477c4", ["text to speech"], []),
    row!("correlation", "correlation", "a70df3f6-84a7-4570-b8f4-daa122127e37", [], []),
    row!("voice", "voice", "19bfa716-309a-41dc-9dac-d07a1e7008cd", [], []),
    row!(
        "speaker",
        "speaker",
        "a856c447-1030-4fb0-917f-08179f949c4e",
        ["speaker detection", "speaker recognition", "speaker separation"],
        []
    ),
    row!("speaker verification", "", "", [], []),
    row!("workflow", "workflow", "c5458876-43d2-41e8-a340-f734702df04a", [], []),
    row!("reduction", "reducer", "70e54f46-7586-4ff1-876c-5f918357aec6", ["reducer"], []),
    row!("human", "human", "3b3cfe77-da94-4362-9ac2-3ed89747a68b", [], []),
    row!("thumbnail", "", "", [], []),
    row!("metadata", "", "", [], []),
    row!("intracategory", "", "", [], []),
    row!("intercategory", "", "", [], []),
    row!("anomaly detection", "", "", ["anomaly"], ["anomaly"]),
    row!("content classification", "", "", ["concept", "classification"], ["concept"]),
    row!("entity extraction", "", "", ["entity", "named entity recognition"], ["entity"]),
    row!("keyword extraction", "", "", ["keyword", "keywords"], ["keyword"]),
    row!("language identification", "", "", ["language", "language detection", "language id"], ["language"]),
    row!("summarization", "", "", ["summary", "summarisation"], ["summary"]),
    row!("text extraction", "", "", ["text"], ["text"]),
    row!("pull", "", "", ["pull adapter", "ingestion"], []),
    row!("push", "", "", ["push adapter"], []),
];

/// A known category.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Category(&'static CategoryRow);

impl JsonSchema for Category {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Category".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let names: Vec<_> = CATEGORIES.iter().map(|row| row.name).collect();
        schemars::json_schema!({ "type": "string", "enum": names })
    }
}

impl Category {
    /// The row of the table.
    pub fn row(self) -> &'static CategoryRow {
        self.0
    }

    /// The canonical name.
    pub fn name(self) -> &'static str {
        self.0.name
    }

    /// Whether this is an adapter's category.
    pub fn is_adapter(self) -> bool {
        matches!(self.0.name, "pull" | "push")
    }

    /// Every name a person might have meant, for suggestions.
    pub fn spellings() -> impl Iterator<Item = &'static str> {
        CATEGORIES.iter().flat_map(|row| std::iter::once(row.name).chain(row.aliases.iter().copied()))
    }
}

/// A name that is in no row of the table.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no known engine category")]
pub struct UnknownCategory(String);

impl FromStr for Category {
    type Err = UnknownCategory;

    fn from_str(text: &str) -> Result<Self, UnknownCategory> {
        let wanted = folded(text);
        CATEGORIES
            .iter()
            .find(|row| {
                !wanted.is_empty()
                    && (folded(row.name) == wanted
                        || folded(row.category_type) == wanted
                        || folded(row.guid) == wanted
                        || row.aliases.iter().any(|alias| folded(alias) == wanted))
            })
            .map(Self)
            .ok_or_else(|| UnknownCategory(text.chars().take(100).collect()))
    }
}

impl TryFrom<String> for Category {
    type Error = UnknownCategory;

    fn try_from(text: String) -> Result<Self, UnknownCategory> {
        text.parse()
    }
}

impl From<Category> for String {
    fn from(category: Category) -> Self {
        category.name().to_owned()
    }
}

impl fmt::Display for Category {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

fn folded(text: &str) -> String {
    text.chars().filter(|c| !matches!(c, ' ' | '-' | '_')).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_spelling_names_two_categories() {
        for row in CATEGORIES {
            for spelling in [row.name, row.category_type, row.guid].iter().chain(row.aliases) {
                if !spelling.is_empty() {
                    let found: Category = spelling.parse().unwrap();
                    assert_eq!(found.name(), row.name, "{spelling}");
                }
            }
        }
        assert!("".parse::<Category>().is_err());
    }
}
