//! What the semantic checks need to know of an item, whichever way it was read. Wrong types count as absent: the schema
//! speaks about them.

use serde_json::Value;

/// A series item.
#[derive(Default, Debug, PartialEq)]
pub(super) struct Slice<'a> {
    pub(super) start: Option<f64>,
    pub(super) stop: Option<f64>,
    pub(super) words: Vec<Word<'a>>,
    pub(super) speaker: Option<&'a str>,
    pub(super) language: Option<&'a str>,
    pub(super) summary: Option<&'a str>,
    pub(super) thing: Option<Thing<'a>>,
    pub(super) medium: Medium<'a>,
    pub(super) owner: Owner,
    pub(super) longitudes: Vec<f64>,
    /// Ids of the schemas of its structured data.
    pub(super) structured: Vec<&'a str>,
}

/// A word edge.
#[derive(Clone, Copy, Default, Debug, PartialEq)]
pub(super) struct Word<'a> {
    pub(super) word: Option<&'a str>,
    pub(super) confidence: Option<f64>,
    pub(super) length: Option<f64>,
    pub(super) best: Option<bool>,
}

/// Whether an item names its entity and its library.
#[derive(Clone, Copy, Default, Debug, PartialEq, Eq)]
pub(super) struct Owner {
    pub(super) entity: bool,
    pub(super) library: bool,
}

/// A link to a result file.
#[derive(Clone, Copy, Default, Debug, PartialEq, Eq)]
pub(super) struct Medium<'a> {
    pub(super) language: Option<&'a str>,
    pub(super) content_type: Option<&'a str>,
}

/// A detected thing.
#[derive(Default, Debug, PartialEq)]
pub(super) struct Thing<'a> {
    pub(super) kind: Option<&'a str>,
    pub(super) label: Option<&'a str>,
    pub(super) text: Option<&'a str>,
    pub(super) language: Option<&'a str>,
    pub(super) owner: Owner,
    pub(super) has_category: bool,
    /// Ids of the schemas of its structured data.
    pub(super) structured: Vec<&'a str>,
    /// `boundingPoly`.
    pub(super) polygon: Option<Vec<Point>>,
    /// `locationPoly` of each face landmark.
    pub(super) landmarks: Vec<Vec<Point>>,
    pub(super) index: [Option<f64>; 3],
    pub(super) age: (Option<f64>, Option<f64>),
    pub(super) longitudes: Vec<f64>,
    pub(super) collate: Option<f64>,
}

/// A point in the picture, as fractions of width and height.
#[derive(Clone, Copy, Default, Debug, PartialEq)]
pub(super) struct Point {
    pub(super) x: f64,
    pub(super) y: f64,
}

/// The keys that place an object in a document, outermost first.
pub(super) const INDEX_KEYS: [&str; 3] = ["page", "paragraph", "sentence"];

impl<'a> Slice<'a> {
    /// Of a value in memory.
    pub(super) fn of(value: &'a Value) -> Self {
        Self {
            start: number(value, "startTimeMs"),
            stop: number(value, "stopTimeMs"),
            words: items(value, "words").map(Word::of).collect(),
            speaker: text(value, "speakerId"),
            language: text(value, "language"),
            summary: text(value, "summary"),
            thing: value.get("object").filter(|object| object.is_object()).map(Thing::of),
            medium: value.get("media").map(Medium::of).unwrap_or_default(),
            owner: Owner::of(value),
            longitudes: items(value, "gps").filter_map(|place| number(place, "longitude")).collect(),
            structured: keys(value, "structuredData"),
        }
    }

    /// Ready for the next item, its memory kept.
    pub(super) fn clear(&mut self) {
        let mut words = std::mem::take(&mut self.words);
        words.clear();
        *self = Self { words, ..Self::default() };
    }
}

impl<'a> Word<'a> {
    fn of(value: &'a Value) -> Self {
        Self {
            word: text(value, "word"),
            confidence: number(value, "confidence"),
            length: number(value, "utteranceLength"),
            best: value.get("bestPath").and_then(Value::as_bool),
        }
    }
}

impl Owner {
    fn of(value: &Value) -> Self {
        Self { entity: text(value, "entityId").is_some(), library: text(value, "libraryId").is_some() }
    }
}

impl<'a> Medium<'a> {
    /// Of a value in memory.
    pub(super) fn of(value: &'a Value) -> Self {
        Self { language: text(value, "language"), content_type: text(value, "contentType") }
    }
}

impl<'a> Thing<'a> {
    /// Of a value in memory.
    pub(super) fn of(value: &'a Value) -> Self {
        let age = value.get("age");
        Self {
            kind: text(value, "type"),
            label: text(value, "label"),
            text: text(value, "text"),
            language: text(value, "language"),
            owner: Owner::of(value),
            has_category: value.get("objectCategory").is_some(),
            structured: keys(value, "structuredData"),
            polygon: value.get("boundingPoly").map(|_| points(value, "boundingPoly")),
            landmarks: items(value, "faceLandmarks").map(|mark| points(mark, "locationPoly")).collect(),
            index: INDEX_KEYS.map(|key| number(value, key)),
            age: (age.and_then(|age| number(age, "min")), age.and_then(|age| number(age, "max"))),
            longitudes: items(value, "gps").filter_map(|place| number(place, "longitude")).collect(),
            collate: number(value, "collateIndex"),
        }
    }
}

fn text<'a>(value: &'a Value, key: &str) -> Option<&'a str> {
    value.get(key)?.as_str()
}

fn number(value: &Value, key: &str) -> Option<f64> {
    value.get(key)?.as_f64()
}

fn items<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    value.get(key).and_then(Value::as_array).into_iter().flatten()
}

fn keys<'a>(value: &'a Value, key: &str) -> Vec<&'a str> {
    let members = value.get(key).and_then(Value::as_object);
    members.into_iter().flat_map(|members| members.keys().map(String::as_str)).collect()
}

fn points(value: &Value, key: &str) -> Vec<Point> {
    items(value, key)
        .filter_map(|point| Some(Point { x: number(point, "x")?, y: number(point, "y")? }))
        .collect()
}
