//! Strings.

use std::borrow::Cow;

use super::cursor::Cursor;
use super::malformed::{Malformed, Trouble};

impl<'a> Cursor<'a> {
    /// Passes white space and reads a string; borrowed when it holds no escape.
    pub(in crate::output) fn text(&mut self) -> Result<Cow<'a, str>, Malformed> {
        self.demand(b'"', "a string")?;
        let start = self.at();
        self.plain()?;
        if self.peek() == Some(b'"') {
            let text = self.between(start, self.at());
            self.skip(1);
            return Ok(Cow::Borrowed(text));
        }
        self.escaped(start).map(Cow::Owned)
    }

    /// A string without escapes, in white space; `None` when it is anything else.
    #[inline]
    pub(in crate::output) fn plain_text(&mut self) -> Option<&'a str> {
        if !self.take(b'"') {
            return None;
        }
        let start = self.at();
        self.plain().ok()?;
        let text = self.between(start, self.at());
        (self.peek() == Some(b'"')).then(|| {
            self.skip(1);
            text
        })
    }

    /// Goes on to the next quote or backslash.
    #[inline]
    fn plain(&mut self) -> Result<(), Malformed> {
        let rest = self.rest();
        let length = rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..0x20));
        self.skip(length.unwrap_or(rest.len()));
        match self.peek() {
            Some(b'"' | b'\\') => Ok(()),
            Some(_) => Err(self.trouble(Trouble::Control)),
            None => Err(self.trouble(Trouble::Ends("the closing quote"))),
        }
    }

    fn escaped(&mut self, start: usize) -> Result<String, Malformed> {
        let mut text = self.between(start, self.at()).to_owned();
        while self.peek() == Some(b'\\') {
            self.skip(1);
            text.push(self.escape()?);
            let start = self.at();
            self.plain()?;
            text.push_str(self.between(start, self.at()));
        }
        self.skip(1);
        Ok(text)
    }

    fn escape(&mut self) -> Result<char, Malformed> {
        let byte = self.peek();
        let simple = match byte {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unicode(),
            _ => return Err(self.trouble(Trouble::Escape)),
        };
        self.skip(1);
        Ok(simple)
    }

    /// `uXXXX`, or a pair of them for a character beyond the first 65,536.
    fn unicode(&mut self) -> Result<char, Malformed> {
        let first = self.unit()?;
        if !(0xd800..0xdc00).contains(&first) {
            return char::from_u32(first).ok_or_else(|| self.trouble(Trouble::Escape));
        }
        if self.peek() != Some(b'\\') {
            return Err(self.trouble(Trouble::Escape));
        }
        self.skip(1);
        let second = self.unit()?;
        let pair = (0xdc00..0xe000).contains(&second);
        let both = 0x10000 + ((first - 0xd800) << 10) + (second.wrapping_sub(0xdc00) & 0x3ff);
        char::from_u32(both).filter(|_| pair).ok_or_else(|| self.trouble(Trouble::Escape))
    }

    fn unit(&mut self) -> Result<u32, Malformed> {
        let trouble = self.trouble(Trouble::Escape);
        let digits = self.between(self.at() + 1, self.at() + 5);
        let sound = self.peek() == Some(b'u') && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        let unit = u32::from_str_radix(digits, 16).ok().filter(|_| sound && digits.len() == 4);
        self.skip(if unit.is_some() { 5 } else { 0 });
        unit.ok_or(trouble)
    }
}
