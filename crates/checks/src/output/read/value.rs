//! Reading a value into memory.

use serde_json::{Map, Value};

use super::cursor::{Ahead, Cursor};
use super::malformed::{Malformed, Trouble};
use super::number::Number;

/// Levels of nesting in a document.
pub(in crate::output) const DEEPEST: usize = 64;

/// Members of one object.
pub(in crate::output) const MOST_MEMBERS: usize = 1_000_000;

/// Reads the value ahead, which may nest `depth` levels deep.
pub(in crate::output) fn value(cursor: &mut Cursor<'_>, depth: usize) -> Result<Value, Malformed> {
    Ok(match cursor.ahead()? {
        Ahead::Text => Value::String(cursor.text()?.into_owned()),
        Ahead::Number => number(cursor.number()?),
        Ahead::True => cursor.word("true").map(|()| Value::Bool(true))?,
        Ahead::False => cursor.word("false").map(|()| Value::Bool(false))?,
        Ahead::Null => cursor.word("null").map(|()| Value::Null)?,
        Ahead::Array => array(cursor, depth)?,
        Ahead::Object => object(cursor, depth)?,
    })
}

/// The complaint about a key that comes twice.
pub(in crate::output) fn doubled(at: usize, key: &str) -> Malformed {
    Malformed { at, trouble: Trouble::Doubled(key.chars().take(60).collect()) }
}

fn number(number: Number) -> Value {
    match number {
        Number::Whole(whole) => Value::from(whole),
        Number::Large(large) => Value::from(large),
        Number::Real(real) => Value::from(real),
    }
}

fn array(cursor: &mut Cursor<'_>, depth: usize) -> Result<Value, Malformed> {
    let depth = cursor.deeper(depth)?;
    cursor.demand(b'[', "`[`")?;
    let mut items = Vec::new();
    if cursor.take(b']') {
        return Ok(Value::Array(items));
    }
    loop {
        items.push(value(cursor, depth)?);
        if !cursor.another(b']', "`,` or `]`")? {
            return Ok(Value::Array(items));
        }
    }
}

fn object(cursor: &mut Cursor<'_>, depth: usize) -> Result<Value, Malformed> {
    let depth = cursor.deeper(depth)?;
    cursor.demand(b'{', "`{`")?;
    let mut members = Map::new();
    if cursor.take(b'}') {
        return Ok(Value::Object(members));
    }
    loop {
        cursor.blank();
        let at = cursor.at();
        let key = cursor.text()?;
        cursor.demand(b':', "`:`")?;
        let member = value(cursor, depth)?;
        if members.contains_key(key.as_ref()) {
            return Err(doubled(at, &key));
        }
        members.insert(key.into_owned(), member);
        if members.len() > MOST_MEMBERS {
            return Err(Malformed { at, trouble: Trouble::TooMany(MOST_MEMBERS) });
        }
        if !cursor.another(b'}', "`,` or `}`")? {
            return Ok(Value::Object(members));
        }
    }
}
