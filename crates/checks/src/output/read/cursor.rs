//! A place in a text and the small steps from there.

use super::malformed::{Malformed, Trouble};

/// A place in a JSON text.
#[derive(Clone, Copy, Debug)]
pub(in crate::output) struct Cursor<'a> {
    text: &'a str,
    at: usize,
}

/// What stands at a place, by its first byte.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::output) enum Ahead {
    Object,
    Array,
    Text,
    Number,
    True,
    False,
    Null,
}

impl<'a> Cursor<'a> {
    /// At byte `at` of `text`.
    pub(in crate::output) fn new(text: &'a str, at: usize) -> Self {
        Self { text, at }
    }

    /// The byte offset.
    pub(in crate::output) fn at(&self) -> usize {
        self.at
    }

    /// The byte here.
    #[inline]
    pub(in crate::output) fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// The bytes from here on.
    #[inline]
    pub(super) fn rest(&self) -> &'a [u8] {
        self.text.as_bytes().get(self.at..).unwrap_or_default()
    }

    /// The text between two places.
    #[inline]
    pub(super) fn between(&self, from: usize, to: usize) -> &'a str {
        self.text.get(from..to).unwrap_or_default()
    }

    /// Goes on by `bytes`.
    #[inline]
    pub(super) fn skip(&mut self, bytes: usize) {
        self.at += bytes;
    }

    /// Passes white space.
    #[inline]
    pub(in crate::output) fn blank(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.peek() {
            self.at += 1;
        }
    }

    /// Passes white space and then `byte`, if it is that.
    #[inline]
    pub(in crate::output) fn take(&mut self, byte: u8) -> bool {
        self.blank();
        let here = self.peek() == Some(byte);
        self.at += usize::from(here);
        here
    }

    /// Passes white space and then `byte`, which must be there.
    #[inline]
    pub(in crate::output) fn demand(&mut self, byte: u8, name: &'static str) -> Result<(), Malformed> {
        if self.take(byte) { Ok(()) } else { Err(self.expected(name)) }
    }

    /// Passes white space and says what kind of value follows.
    #[inline]
    pub(in crate::output) fn ahead(&mut self) -> Result<Ahead, Malformed> {
        self.blank();
        Ok(match self.peek() {
            Some(b'{') => Ahead::Object,
            Some(b'[') => Ahead::Array,
            Some(b'"') => Ahead::Text,
            Some(b'-' | b'0'..=b'9') => Ahead::Number,
            Some(b't') => Ahead::True,
            Some(b'f') => Ahead::False,
            Some(b'n') => Ahead::Null,
            _ => return Err(self.no_value()),
        })
    }

    /// Passes a word such as `true`.
    #[inline]
    pub(in crate::output) fn word(&mut self, word: &'static str) -> Result<(), Malformed> {
        if self.rest().starts_with(word.as_bytes()) {
            self.at += word.len();
            return Ok(());
        }
        Err(self.expected(word))
    }

    /// After an item: true when another one follows, false past the closing byte.
    #[inline]
    pub(in crate::output) fn another(&mut self, closing: u8, name: &'static str) -> Result<bool, Malformed> {
        if self.take(b',') {
            return Ok(true);
        }
        if self.take(closing) { Ok(false) } else { Err(self.expected(name)) }
    }

    /// Trouble here.
    pub(in crate::output) fn trouble(&self, trouble: Trouble) -> Malformed {
        Malformed { at: self.at, trouble }
    }

    #[cold]
    fn expected(&self, name: &'static str) -> Malformed {
        let ended = self.at >= self.text.len();
        self.trouble(if ended { Trouble::Ends(name) } else { Trouble::Expected(name) })
    }

    #[cold]
    fn no_value(&self) -> Malformed {
        let strange = ["NaN", "Infinity", "-Infinity", "undefined"];
        match strange.into_iter().find(|word| self.rest().starts_with(word.as_bytes())) {
            Some(word) => self.trouble(Trouble::NotANumber(word)),
            None => self.expected("a value"),
        }
    }
}
