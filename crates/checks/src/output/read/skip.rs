//! Passing over a value while holding it to the same rules as one that is kept.

use super::Keys;
use super::cursor::{Ahead, Cursor};
use super::malformed::{Malformed, Trouble};
use super::value::{MOST_MEMBERS, doubled};

impl Cursor<'_> {
    /// Passes a value that may nest `depth` levels deep.
    pub(in crate::output) fn pass(&mut self, depth: usize) -> Result<(), Malformed> {
        match self.ahead()? {
            Ahead::Text => self.text().map(drop),
            Ahead::Number => self.number().map(drop),
            Ahead::True => self.word("true"),
            Ahead::False => self.word("false"),
            Ahead::Null => self.word("null"),
            Ahead::Array => self.pass_array(depth),
            Ahead::Object => self.pass_object(depth),
        }
    }

    /// One level less, or trouble.
    pub(in crate::output) fn deeper(&self, depth: usize) -> Result<usize, Malformed> {
        depth.checked_sub(1).ok_or_else(|| self.trouble(Trouble::TooDeep(super::value::DEEPEST)))
    }

    fn pass_array(&mut self, depth: usize) -> Result<(), Malformed> {
        let depth = self.deeper(depth)?;
        self.skip(1);
        if self.take(b']') {
            return Ok(());
        }
        loop {
            self.pass(depth)?;
            if !self.another(b']', "`,` or `]`")? {
                return Ok(());
            }
        }
    }

    fn pass_object(&mut self, depth: usize) -> Result<(), Malformed> {
        let depth = self.deeper(depth)?;
        self.skip(1);
        if self.take(b'}') {
            return Ok(());
        }
        let mut keys = Keys::default();
        loop {
            self.blank();
            let at = self.at();
            let key = self.text()?;
            if !keys.add(key.clone()) {
                return Err(doubled(at, &key));
            }
            if keys.len() > MOST_MEMBERS {
                return Err(Malformed { at, trouble: Trouble::TooMany(MOST_MEMBERS) });
            }
            self.demand(b':', "`:`")?;
            self.pass(depth)?;
            if !self.another(b'}', "`,` or `}`")? {
                return Ok(());
            }
        }
    }
}
