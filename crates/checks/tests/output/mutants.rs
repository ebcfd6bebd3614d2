//! Breaks documents in a way that can be repeated: the same seed gives the same mutants.

use serde_json::{Map, Value, json};

/// Pseudo-random numbers (splitmix64).
pub(crate) struct Chance(u64);

impl Chance {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit.max(1) as u64) as usize
    }

    fn pick<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }
}

/// A mutant of the document, as text. A few are broken below the level of values.
pub(crate) fn mutant(document: &Value, chance: &mut Chance) -> String {
    let mut value = document.clone();
    for _ in 0..1 + chance.below(3) {
        mutate(&mut value, chance);
    }
    let text = value.to_string();
    match chance.below(40) {
        0 => double_a_key(&text),
        1 => text.replacen("0.", "1e999, \"zz\": 0.", 1),
        2 => text[..text.floor_char_boundary(chance.below(text.len()))].to_owned(),
        3 => text.replacen(":\"", ":\"\\ud800", 1),
        4 => text.replacen(":\"", ":\"\\u0041\\n", 1),
        5 => format!("{text} {}", chance.pick(&["", "x", "{}", "\n\t"])),
        6 => text.replacen(":true", ":NaN", 1),
        7 => text.replace(":1,", ":1.0,").replace(":1}", ":1e0}"),
        _ => text,
    }
}

fn double_a_key(text: &str) -> String {
    let doubled =
        text.split_once('{').map(|(before, after)| format!("{before}{{\"language\":\"en\",{after}"));
    doubled.unwrap_or_default()
}

fn mutate(document: &mut Value, chance: &mut Chance) {
    let count = count(document);
    let target = chance.below(count);
    let mut left = target;
    if let Some(node) = nth(document, &mut left) {
        change(node, chance);
    }
}

fn count(value: &Value) -> usize {
    1 + match value {
        Value::Array(items) => items.iter().map(count).sum(),
        Value::Object(members) => members.values().map(count).sum(),
        _ => 0,
    }
}

fn nth<'v>(value: &'v mut Value, left: &mut usize) -> Option<&'v mut Value> {
    if *left == 0 {
        return Some(value);
    }
    *left -= 1;
    match value {
        Value::Array(items) => items.iter_mut().find_map(|item| nth(item, left)),
        Value::Object(members) => members.values_mut().find_map(|member| nth(member, left)),
        _ => None,
    }
}

fn change(node: &mut Value, chance: &mut Chance) {
    match (chance.below(4), &mut *node) {
        (0, _) => *node = strange(chance),
        (_, Value::Object(members)) => change_object(members, chance),
        (_, Value::Array(items)) => change_array(items, chance),
        (_, Value::Number(number)) => {
            let number = number.as_f64().unwrap_or_default();
            *node = chance
                .pick(&[
                    json!(-number),
                    json!(number * 100.0),
                    json!(number + 0.5),
                    json!((number as i64).wrapping_add(1)),
                    json!(0),
                    json!(1),
                    json!(number * 1e300),
                ])
                .clone();
        }
        (_, Value::String(_)) => *node = word(chance),
        _ => *node = strange(chance),
    }
}

fn change_object(members: &mut Map<String, Value>, chance: &mut Chance) {
    let keys: Vec<String> = members.keys().cloned().collect();
    let some_key = || keys.first().cloned().unwrap_or_default();
    let key = if keys.is_empty() { some_key() } else { chance.pick(&keys).clone() };
    match chance.below(5) {
        0 | 1 => drop(members.remove(&key)),
        2 => {
            let (name, value) = member(chance);
            members.insert(name, value);
        }
        3 => {
            let value = members.remove(&key).unwrap_or(Value::Null);
            members.insert(
                chance.pick(&["zzz", "generatedDateUtc", "Label", "a-b", "it's", "end"]).to_string(),
                value,
            );
        }
        _ => {
            let other = chance.pick(&keys.iter().chain([&key]).cloned().collect::<Vec<_>>()).clone();
            let (a, b) = (members.remove(&key), members.remove(&other));
            members.extend([(other, a.unwrap_or_default()), (key, b.unwrap_or_default())]);
        }
    }
}

fn change_array(items: &mut Vec<Value>, chance: &mut Chance) {
    let place = chance.below(items.len());
    match chance.below(6) {
        0 => items.clear(),
        1 if !items.is_empty() => drop(items.remove(place)),
        2 if !items.is_empty() => items.push(items[place].clone()),
        3 if !items.is_empty() => items.reverse(),
        4 => items.push(strange(chance)),
        _ => items.insert(place, word(chance)),
    }
}

fn strange(chance: &mut Chance) -> Value {
    chance
        .pick(&[
            json!(null),
            json!(true),
            json!(5),
            json!(-1),
            json!(0.5),
            json!(97.7),
            json!(1e300),
            json!(18_446_744_073_709_551_615_u64),
            json!(""),
            json!("x"),
            json!([]),
            json!({}),
            json!([5]),
            json!([{}]),
            json!([null, null]),
            json!({ "a": 1 }),
            json!([{ "x": 0.1, "y": 0.2 }, { "x": 0.3, "y": 0.4 }]),
        ])
        .clone()
}

fn word(chance: &mut Chance) -> Value {
    json!(*chance.pick(&[
        "",
        "x",
        "object",
        "anomaly",
        "text",
        "keyword",
        "transcript",
        "face",
        "aion",
        "left",
        "verify",
        "1c8f9b3a-0000-4000-8000-000000000000",
        "1C8F9B3A-0000-4000-8000-000000000000",
        "2020-02-31T00:00:00Z",
        "2020-01-01 00:00:00Z",
        "2020-01-01T00:00:00",
        "2020-19-39T00:00:00+99:99",
        "wörd ✓ 😀",
    ]))
}

fn member(chance: &mut Chance) -> (String, Value) {
    let known = [
        ("validationContracts", json!(["transcript", "object", 5])),
        ("validationContracts", json!(["speaker"])),
        ("generatedDateUTC", json!("2021-02-29T00:00:00Z")),
        ("vendor", json!({ "anything": [1, { "x": null }] })),
        ("vendor", json!(5)),
        ("page", json!(1)),
        ("paragraph", json!(0)),
        ("sentence", json!(1.5)),
        ("confidence", json!(97.7)),
        ("confidence", json!(0.5)),
        ("sentiment", json!({ "positiveValue": 0.5, "negativeConfidence": 0.1 })),
        ("sentiment", json!({ "negativeValue": 0.5 })),
        ("emotions", json!([{ "emotion": "joy", "emotionValue": 2 }])),
        ("emotions", json!([5])),
        ("objectCategory", json!([{ "class": "dog", "@id": "x", "confidence": 1 }])),
        ("objectCategory", json!([])),
        ("boundingPoly", json!([{ "x": 0, "y": 0 }, { "x": 1, "y": 0 }, { "x": 1, "y": 1 }])),
        ("boundingPoly", json!("x")),
        ("boundingPoly", json!([{ "x": 0, "y": 0, "z": 0 }, { "x": 640, "y": 480 }])),
        ("faceLandmarks", json!([{ "type": "mouth", "locationPoly": [{ "x": 0.5, "y": 0.5 }] }])),
        ("age", json!({ "min": 40, "max": "x" })),
        ("gps", json!([{ "latitude": 91, "longitude": 200 }])),
        ("structuredData", json!({ "1c8f9b3a-0000-4000-8000-000000000000": 1, "x": 1 })),
        ("mode", json!("enroll")),
        ("region", json!("middle")),
        ("collateIndex", json!(-3)),
        ("tags", json!([{ "key": "a", "value": true, "score": 2 }])),
        ("media", json!({ "assetId": "a" })),
        ("media", json!([{ "assetId": "a", "language": 5 }])),
        ("series", json!([{ "startTimeMs": 10, "stopTimeMs": 5, "words": [{ "word": "a" }] }])),
        ("object", json!([{ "type": "text", "text": "a" }, { "type": "keyword" }])),
        ("object", json!({ "type": "object", "label": "dog" })),
        (
            "words",
            json!([{ "word": "a", "confidence": 1, "utteranceLength": 1, "bestPath": true },
            { "word": "b", "confidence": 0.5, "utteranceLength": 2, "bestPath": true }]),
        ),
        (
            "words",
            json!([{ "word": "a", "confidence": 1, "utteranceLength": 1 },
            { "utteranceLength": 1.0, "word": "a", "confidence": 1.0 }]),
        ),
        ("words", json!([])),
        ("words", json!(5)),
        ("transcription", json!({ "text": "a" })),
        ("lipMovement", json!({ "confidence": 1.5 })),
        ("startTimeMs", json!(0)),
        ("stopTimeMs", json!(1.5)),
        ("type", json!("anomaly")),
        ("text", json!("a")),
        ("label", json!("a")),
        ("entityId", json!("a")),
        ("summary", json!("a")),
        ("language", json!("en")),
        ("score", json!(2)),
    ];
    let (name, value) = chance.pick(&known);
    ((*name).to_owned(), value.clone())
}
