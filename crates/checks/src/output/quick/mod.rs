//! The quick reading: says "surely sound" of an item or nothing at all. It sees the usual keys in their plain spelling;
//! whatever else it meets is a doubt, and the item goes to the compiled schema. So it may be narrow, but never wrong.

mod expect;
mod parts;
mod slice;
mod thing;

pub(super) use expect::Expect;
pub(super) use slice::slice;
pub(super) use thing::thing;

use super::read::Cursor;

/// Reads the members of an object, each by `each`. `None` is a doubt, here and everywhere in this folder.
fn members<'a>(
    cursor: &mut Cursor<'a>,
    mut each: impl FnMut(&mut Cursor<'a>, &'a str) -> Option<()>,
) -> Option<()> {
    if !cursor.take(b'{') {
        return None;
    }
    if cursor.take(b'}') {
        return Some(());
    }
    loop {
        let key = cursor.plain_text()?;
        cursor.demand(b':', "").ok()?;
        each(cursor, key)?;
        if !cursor.another(b'}', "").ok()? {
            return Some(());
        }
    }
}

/// Reads the items of an array, each by `each`.
fn items<'a>(cursor: &mut Cursor<'a>, mut each: impl FnMut(&mut Cursor<'a>) -> Option<()>) -> Option<()> {
    if !cursor.take(b'[') {
        return None;
    }
    if cursor.take(b']') {
        return Some(());
    }
    loop {
        each(cursor)?;
        if !cursor.another(b']', "").ok()? {
            return Some(());
        }
    }
}

/// Fills a place that must still be empty: a key that comes twice is a doubt.
fn once<T>(place: &mut Option<T>, value: T) -> Option<()> {
    place.replace(value).is_none().then_some(())
}

/// Notes a key without a value worth keeping.
fn mark(seen: &mut bool) -> Option<()> {
    (!std::mem::replace(seen, true)).then_some(())
}
