//! Objects.

use super::expect::{Expect, fits};
use super::parts::{categories, fraction, free, polygon, sentiment, structured, whole};
use super::{mark, members, once};
use crate::output::contract::Shape;
use crate::output::facts::{Owner, Thing};
use crate::output::read::Cursor;

/// Types of objects.
const KINDS: [&str; 16] = [
    "object",
    "face",
    "facial-features",
    "face-verification",
    "speaker-verification",
    "licensePlate",
    "logo",
    "fingerprint",
    "speaker",
    "sound",
    "concept",
    "keyword",
    "text",
    "namedEntity",
    "barcode",
    "anomaly",
];

/// Reads an item of `object[]`. `depth` levels may follow below it.
pub(in crate::output) fn thing<'a>(
    cursor: &mut Cursor<'a>,
    expect: &Expect,
    depth: usize,
) -> Option<Thing<'a>> {
    read(cursor, &expect.things, depth)
}

/// Reads the object of a series item.
pub(super) fn inner<'a>(cursor: &mut Cursor<'a>, expect: &Expect, depth: usize) -> Option<Thing<'a>> {
    read(cursor, &expect.in_slices, depth.checked_sub(1)?)
}

/// `entityId` or `libraryId`.
pub(super) fn is_owner(cursor: &mut Cursor<'_>, key: &str, owner: &mut Owner) -> Option<()> {
    match key {
        "entityId" => mark(&mut owner.entity)?,
        "libraryId" => mark(&mut owner.library)?,
        _ => return None,
    }
    cursor.plain_text().map(drop)
}

/// Keys whose value no check looks at again.
#[derive(Default)]
struct Seen {
    confidence: bool,
    uri: bool,
    vendor: bool,
    feeling: bool,
}

fn read<'a>(cursor: &mut Cursor<'a>, shapes: &[Shape], depth: usize) -> Option<Thing<'a>> {
    let mut thing = Thing::default();
    let mut seen = Seen::default();
    members(cursor, |cursor, key| member(cursor, key, &mut thing, &mut seen, depth))?;
    let known = thing.kind.is_some_and(|kind| KINDS.contains(&kind));
    (known && fits(shapes, &thing, seen.feeling)).then_some(thing)
}

fn member<'a>(
    cursor: &mut Cursor<'a>,
    key: &'a str,
    thing: &mut Thing<'a>,
    seen: &mut Seen,
    depth: usize,
) -> Option<()> {
    let [page, paragraph, sentence] = &mut thing.index;
    match key {
        "type" => once(&mut thing.kind, cursor.plain_text()?),
        "label" => once(&mut thing.label, cursor.plain_text()?),
        "text" => once(&mut thing.text, cursor.plain_text()?),
        "language" => once(&mut thing.language, cursor.plain_text()?),
        "boundingPoly" => once(&mut thing.polygon, polygon(cursor)?),
        "page" => once(page, whole(cursor, 1.0)?),
        "paragraph" => once(paragraph, whole(cursor, 1.0)?),
        "sentence" => once(sentence, whole(cursor, 1.0)?),
        "confidence" => mark(&mut seen.confidence).and_then(|()| fraction(cursor).map(drop)),
        "uri" => mark(&mut seen.uri).and_then(|()| cursor.plain_text().map(drop)),
        "vendor" => mark(&mut seen.vendor).and_then(|()| free(cursor, depth)),
        "sentiment" => mark(&mut seen.feeling).and_then(|()| sentiment(cursor)),
        "objectCategory" => mark(&mut thing.has_category).and_then(|()| categories(cursor)),
        "structuredData" if thing.structured.is_empty() => {
            thing.structured = structured(cursor, depth.checked_sub(1)?)?;
            Some(())
        }
        other => is_owner(cursor, other, &mut thing.owner),
    }
}
