//! Series items and their words.

use super::parts::{fraction, free, sentiment, truth, whole};
use super::thing::{inner, is_owner};
use super::{Expect, items, mark, members, once};
use crate::output::facts::{Slice, Word};
use crate::output::read::Cursor;

/// Edges of a lattice that are compared with each other; more is a doubt.
const MOST_EDGES: usize = 8;

/// Reads a series item into `slice`, which is empty. `depth` levels may follow below it.
pub(in crate::output) fn slice<'a>(
    cursor: &mut Cursor<'a>,
    expect: &Expect,
    depth: usize,
    slice: &mut Slice<'a>,
) -> Option<()> {
    let (mut vendor, mut feeling) = (false, false);
    members(cursor, |cursor, key| match key {
        "startTimeMs" => once(&mut slice.start, whole(cursor, 0.0)?),
        "stopTimeMs" => once(&mut slice.stop, whole(cursor, 0.0)?),
        "words" if slice.words.is_empty() => words(cursor, &mut slice.words),
        "object" => once(&mut slice.thing, inner(cursor, expect, depth)?),
        "language" => once(&mut slice.language, cursor.plain_text()?),
        "speakerId" => once(&mut slice.speaker, cursor.plain_text()?),
        "summary" => once(&mut slice.summary, cursor.plain_text()?),
        "sentiment" => mark(&mut feeling).and_then(|()| sentiment(cursor)),
        "vendor" => mark(&mut vendor).and_then(|()| free(cursor, depth)),
        other => is_owner(cursor, other, &mut slice.owner),
    })?;
    let timed = slice.start.is_some() && slice.stop.is_some();
    let worded = !expect.needs_words || !slice.words.is_empty();
    let filled = !expect.needs_object || slice.thing.is_some();
    (timed && worded && filled).then_some(())
}

fn words<'a>(cursor: &mut Cursor<'a>, words: &mut Vec<Word<'a>>) -> Option<()> {
    items(cursor, |cursor| {
        words.push(word(cursor)?);
        Some(())
    })?;
    match words.len() {
        0 => None,
        1 => Some(()),
        _ => lattice(words).then_some(()),
    }
}

fn word<'a>(cursor: &mut Cursor<'a>) -> Option<Word<'a>> {
    let mut word = Word::default();
    members(cursor, |cursor, key| match key {
        "word" => once(&mut word.word, cursor.plain_text()?),
        "confidence" => once(&mut word.confidence, fraction(cursor)?),
        "utteranceLength" => once(&mut word.length, whole(cursor, 1.0)?),
        "bestPath" => once(&mut word.best, truth(cursor)?),
        _ => None,
    })?;
    word.word.map(|_| word)
}

fn lattice(words: &[Word<'_>]) -> bool {
    let weighed = words.iter().all(|word| word.confidence.is_some() && word.length.is_some());
    let best = words.iter().filter(|word| word.best == Some(true)).count();
    let differ = || words.iter().enumerate().all(|(n, word)| !words.iter().skip(n + 1).any(|w| w == word));
    weighed && best == 1 && words.len() <= MOST_EDGES && differ()
}
