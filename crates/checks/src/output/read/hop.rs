//! Passing over a value quickly, in a text that was or will be read strictly elsewhere.

use super::cursor::Cursor;

impl Cursor<'_> {
    /// Passes one value by its brackets and quotes alone. `None` when the text ends before the value does.
    pub(in crate::output) fn hop(&mut self) -> Option<()> {
        self.blank();
        let mut open = 0_usize;
        loop {
            match self.peek()? {
                b'"' => self.hop_text()?,
                b'{' | b'[' => {
                    open += 1;
                    self.skip(1);
                }
                b'}' | b']' => {
                    open = open.checked_sub(1)?;
                    self.skip(1);
                }
                _ => self.hop_plain(open > 0),
            }
            if open == 0 {
                return Some(());
            }
        }
    }

    fn hop_text(&mut self) -> Option<()> {
        self.skip(1);
        loop {
            let rest = self.rest();
            self.skip(rest.iter().position(|byte| matches!(byte, b'"' | b'\\'))?);
            if self.peek()? == b'"' {
                self.skip(1);
                return Some(());
            }
            self.skip(2);
        }
    }

    /// Passes what is neither text nor bracket; inside brackets commas, colons and blanks too.
    fn hop_plain(&mut self, inside: bool) {
        let rest = self.rest();
        let ends = |byte: &u8| match byte {
            b'"' | b'{' | b'[' | b'}' | b']' => true,
            b',' | b':' | b' ' | b'\n' | b'\r' | b'\t' => !inside,
            _ => false,
        };
        let length = rest.iter().position(ends).unwrap_or(rest.len());
        // A stray comma outside of brackets has no length; it must not hold us.
        self.skip(length.max(1));
    }
}
