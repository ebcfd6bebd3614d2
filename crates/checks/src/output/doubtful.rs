//! The long arrays of a document, read again where there was a doubt.

use serde_json::Value;

use super::read::{Cursor, DEEPEST, Malformed, Trouble, value};
use super::schema::Streamed;

/// Items of one array that need a second look.
const MOST_DOUBTS: usize = 4_000_000;

/// A long array of which only the places of doubtful items are kept.
pub(super) struct Doubtful<'a> {
    text: &'a str,
    /// Items so far, the sound ones included.
    pub(super) length: usize,
    /// Index and byte offset.
    places: Vec<(u32, u32)>,
}

impl<'a> Doubtful<'a> {
    /// An array of the text, empty so far.
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, length: 0, places: Vec::new() }
    }

    /// The next item, which starts at byte `at`, needs a second look.
    pub(super) fn add(&mut self, at: usize) -> Result<(), Malformed> {
        let too_many = Malformed { at, trouble: Trouble::TooMany(MOST_DOUBTS) };
        let (Ok(index), Ok(offset)) = (u32::try_from(self.length), u32::try_from(at)) else {
            return Err(too_many);
        };
        if self.places.len() >= MOST_DOUBTS {
            return Err(too_many);
        }
        self.places.push((index, offset));
        Ok(())
    }
}

impl Streamed for Doubtful<'_> {
    fn len(&self) -> usize {
        self.length
    }

    fn doubtful(&self, look: &mut dyn FnMut(usize, &Value)) {
        for (index, offset) in &self.places {
            let mut cursor = Cursor::new(self.text, *offset as usize);
            // It was read before, so it reads now.
            if let Ok(item) = value(&mut cursor, DEEPEST) {
                look(*index as usize, &item);
            }
        }
    }
}
