//! The small parts of items.

use super::{items, members, once};
use crate::output::contract::is_schema_id;
use crate::output::facts::Point;
use crate::output::read::Cursor;

/// A number.
pub(super) fn number(cursor: &mut Cursor<'_>) -> Option<f64> {
    cursor.blank();
    cursor.number().ok().map(|number| number.value())
}

/// A number from 0 to 1.
pub(super) fn fraction(cursor: &mut Cursor<'_>) -> Option<f64> {
    number(cursor).filter(|number| (0.0..=1.0).contains(number))
}

/// A whole number, at least `least`.
pub(super) fn whole(cursor: &mut Cursor<'_>, least: f64) -> Option<f64> {
    number(cursor).filter(|number| *number >= least && number.fract() == 0.0)
}

/// `true` or `false`.
pub(super) fn truth(cursor: &mut Cursor<'_>) -> Option<bool> {
    cursor.blank();
    match cursor.peek()? {
        b't' => cursor.word("true").ok().map(|()| true),
        _ => cursor.word("false").ok().map(|()| false),
    }
}

/// A free object that may nest `depth` levels deep.
pub(super) fn free(cursor: &mut Cursor<'_>, depth: usize) -> Option<()> {
    cursor.blank();
    (cursor.peek() == Some(b'{')).then(|| cursor.pass(depth).ok()).flatten()
}

/// `boundingPoly`.
pub(super) fn polygon(cursor: &mut Cursor<'_>) -> Option<Vec<Point>> {
    let mut points = Vec::new();
    items(cursor, |cursor| {
        points.push(point(cursor)?);
        Some(())
    })?;
    matches!(points.len(), 1 | 3..).then_some(points)
}

fn point(cursor: &mut Cursor<'_>) -> Option<Point> {
    let (mut x, mut y) = (None, None);
    members(cursor, |cursor, key| match key {
        "x" => once(&mut x, fraction(cursor)?),
        "y" => once(&mut y, fraction(cursor)?),
        _ => None,
    })?;
    Some(Point { x: x?, y: y? })
}

/// `sentiment`.
pub(super) fn sentiment(cursor: &mut Cursor<'_>) -> Option<()> {
    let [mut positive, mut negative] = [None; 2];
    let [mut positive_confidence, mut negative_confidence] = [None; 2];
    members(cursor, |cursor, key| match key {
        "positiveValue" => once(&mut positive, fraction(cursor)?),
        "negativeValue" => once(&mut negative, fraction(cursor)?),
        "positiveConfidence" => once(&mut positive_confidence, fraction(cursor)?),
        "negativeConfidence" => once(&mut negative_confidence, fraction(cursor)?),
        _ => None,
    })?;
    let some = positive.is_some() || negative.is_some();
    let based = (positive_confidence.is_none() || positive.is_some())
        && (negative_confidence.is_none() || negative.is_some());
    (some && based).then_some(())
}

/// `objectCategory`.
pub(super) fn categories(cursor: &mut Cursor<'_>) -> Option<()> {
    let mut any = false;
    items(cursor, |cursor| {
        any = true;
        category(cursor)
    })?;
    any.then_some(())
}

fn category(cursor: &mut Cursor<'_>) -> Option<()> {
    let (mut class, mut id, mut confidence) = (None, None, None);
    members(cursor, |cursor, key| match key {
        "class" => once(&mut class, cursor.plain_text()?),
        "@id" => once(&mut id, cursor.plain_text()?),
        "confidence" => once(&mut confidence, fraction(cursor)?),
        _ => None,
    })?;
    class.map(drop)
}

/// `structuredData` of one schema.
pub(super) fn structured<'a>(cursor: &mut Cursor<'a>, depth: usize) -> Option<Vec<&'a str>> {
    let mut ids = Vec::new();
    members(cursor, |cursor, key| {
        (ids.is_empty() && is_schema_id(key)).then(|| ids.push(key))?;
        cursor.pass(depth).ok()
    })?;
    (!ids.is_empty()).then_some(ids)
}
