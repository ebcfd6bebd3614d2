//! Walks a document once: its short members are kept, the items of its long arrays are read, shown to the semantic
//! checks and let go. Of an item that is not surely sound only its place is kept.

use serde_json::{Map, Value};

use super::doubtful::Doubtful;
use super::facts::{Medium, Slice, Thing};
use super::meaning::Meaning;
use super::quick::{self, Expect};
use super::read::{Ahead, Cursor, DEEPEST, Keys, Malformed, Trouble, value};
use super::schema::{Location, Step, Tree};

/// Members of the document itself.
const MOST_MEMBERS: usize = 10_000;

/// Top-level arrays that may be long.
const ARRAYS: [&str; 6] = ["series", "object", "media", "tags", "gps", "emotions"];

/// Top-level keys whose value the schemas look into.
const SHORT: [&str; 11] = [
    "schemaId",
    "sourceEngineId",
    "sourceEngineName",
    "taskId",
    "generatedDateUTC",
    "externalSourceId",
    "language",
    "validationContracts",
    "collateIndex",
    "summary",
    "sentiment",
];

/// Reads the document, at most 4 GB of it. Without expectations no item is surely sound.
pub(super) fn scan<'a>(
    text: &'a str,
    expect: Option<&Expect>,
    meaning: &mut Meaning<'_>,
) -> Result<Tree<'a>, Malformed> {
    let mut scan = Scan { text, cursor: Cursor::new(text, 0), expect, meaning, tree: Tree::default() };
    scan.document()?;
    Ok(scan.tree)
}

/// The contracts a document lists, found without reading it through. Whatever is wrong with it is found later.
pub(super) fn listed_contracts(text: &str) -> Vec<Value> {
    let mut cursor = Cursor::new(text, 0);
    find_contracts(&mut cursor).unwrap_or_default()
}

fn find_contracts(cursor: &mut Cursor<'_>) -> Option<Vec<Value>> {
    cursor.take(b'{').then_some(())?;
    loop {
        let key = cursor.text().ok()?;
        cursor.take(b':').then_some(())?;
        if key == "validationContracts" {
            return match value(cursor, DEEPEST).ok()? {
                Value::Array(names) => Some(names),
                _ => None,
            };
        }
        cursor.hop()?;
        cursor.take(b',').then_some(())?;
    }
}

struct Scan<'a, 's, 'm> {
    text: &'a str,
    cursor: Cursor<'a>,
    expect: Option<&'s Expect>,
    meaning: &'s mut Meaning<'m>,
    tree: Tree<'a>,
}

impl<'a> Scan<'a, '_, '_> {
    fn document(&mut self) -> Result<(), Malformed> {
        if self.cursor.ahead()? != Ahead::Object {
            let start = self.cursor.at();
            self.cursor.pass(DEEPEST)?;
            self.end()?;
            return Err(Malformed { at: start, trouble: Trouble::NotAnObject });
        }
        self.cursor.take(b'{');
        let mut keys = Keys::default();
        if !self.cursor.take(b'}') {
            loop {
                self.member(&mut keys)?;
                if !self.cursor.another(b'}', "`,` or `}`")? {
                    break;
                }
            }
        }
        self.end()
    }

    fn end(&mut self) -> Result<(), Malformed> {
        self.cursor.blank();
        match self.cursor.peek() {
            Some(_) => Err(self.cursor.trouble(Trouble::Trailing)),
            None => Ok(()),
        }
    }

    fn member(&mut self, keys: &mut Keys<'a>) -> Result<(), Malformed> {
        self.cursor.blank();
        let at = self.cursor.at();
        let key = self.cursor.text()?;
        if !keys.add(key.clone()) {
            return Err(Malformed { at, trouble: Trouble::Doubled(key.chars().take(60).collect()) });
        }
        if keys.len() > MOST_MEMBERS {
            return Err(Malformed { at, trouble: Trouble::TooMany(MOST_MEMBERS) });
        }
        self.cursor.demand(b':', "`:`")?;
        let ahead = self.cursor.ahead()?;
        let long = ARRAYS.into_iter().find(|name| *name == key);
        match long.filter(|_| ahead == Ahead::Array) {
            Some(name) => self.array(name),
            None => self.keep(&key, ahead),
        }
    }

    /// Keeps a member, or, when no schema looks into it, something of the same type in its place.
    fn keep(&mut self, key: &str, ahead: Ahead) -> Result<(), Malformed> {
        let kept = if SHORT.contains(&key) {
            value(&mut self.cursor, DEEPEST - 1)?
        } else {
            self.cursor.pass(DEEPEST - 1)?;
            match ahead {
                Ahead::Object => Value::Object(Map::new()),
                Ahead::Array => Value::Array(Vec::new()),
                Ahead::Text => Value::String(String::new()),
                Ahead::Number => Value::from(0),
                Ahead::True | Ahead::False => Value::Bool(true),
                Ahead::Null => Value::Null,
            }
        };
        self.tree.members.insert(key.to_owned(), kept);
        Ok(())
    }

    fn array(&mut self, name: &'static str) -> Result<(), Malformed> {
        let mut array = Doubtful::new(self.text);
        self.cursor.take(b'[');
        if !self.cursor.take(b']') {
            let mut slice = Slice::default();
            loop {
                self.cursor.blank();
                let at = self.cursor.at();
                if !self.item(name, array.length, &mut slice)? {
                    array.add(at)?;
                }
                array.length += 1;
                if !self.cursor.another(b']', "`,` or `]`")? {
                    break;
                }
            }
        }
        self.tree.arrays.insert(name, Box::new(array));
        Ok(())
    }

    /// Reads one item; false when it is in doubt.
    fn item(&mut self, name: &'static str, index: usize, slice: &mut Slice<'a>) -> Result<bool, Malformed> {
        let start = self.cursor;
        let sound = match name {
            "series" => self.slice(index, slice),
            "object" => self.thing(index),
            _ => None,
        };
        if sound.is_some() {
            return Ok(true);
        }
        self.cursor = start;
        let item = value(&mut self.cursor, DEEPEST - 2)?;
        self.show(name, index, &item);
        Ok(false)
    }

    fn slice(&mut self, index: usize, slice: &mut Slice<'a>) -> Option<()> {
        slice.clear();
        quick::slice(&mut self.cursor, self.expect?, DEEPEST - 3, slice)?;
        self.meaning.slice(index, slice);
        Some(())
    }

    fn thing(&mut self, index: usize) -> Option<()> {
        let thing = quick::thing(&mut self.cursor, self.expect?, DEEPEST - 3)?;
        self.meaning.thing(&place("object", index), &thing, true);
        Some(())
    }

    /// Shows a doubtful item to the semantic checks, which look at what can be understood of it.
    fn show(&mut self, name: &'static str, index: usize, item: &Value) {
        match name {
            "series" => self.meaning.slice(index, &Slice::of(item)),
            "object" => self.meaning.thing(&place(name, index), &Thing::of(item), true),
            "media" => self.meaning.medium(&place(name, index), Medium::of(item)),
            "gps" => {
                self.meaning.longitude(&place(name, index), item.get("longitude").and_then(Value::as_f64))
            }
            _ => {}
        }
    }
}

fn place(name: &str, index: usize) -> Location {
    Location(vec![Step::Key(name.to_owned()), Step::Index(index)])
}
