//! Numbers.

use super::cursor::Cursor;
use super::malformed::{Malformed, Trouble};

/// A number of a document.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(in crate::output) enum Number {
    /// Whole, within 64 bits, written without fraction and exponent.
    Whole(i64),
    /// Whole, too large for that, within 64 bits without a sign.
    Large(u64),
    /// Any other, finite.
    Real(f64),
}

impl Number {
    /// The value.
    #[inline]
    #[allow(clippy::cast_precision_loss, reason = "JSON numbers are doubles to those who read them")]
    pub(in crate::output) fn value(self) -> f64 {
        match self {
            Self::Whole(number) => number as f64,
            Self::Large(number) => number as f64,
            Self::Real(number) => number,
        }
    }
}

impl Cursor<'_> {
    /// Reads a number that starts here.
    pub(in crate::output) fn number(&mut self) -> Result<Number, Malformed> {
        let start = self.at();
        let negative = self.peek() == Some(b'-');
        self.skip(usize::from(negative));
        let leading_zero = self.peek() == Some(b'0');
        let (whole, digits) = self.digits("a digit")?;
        if leading_zero && digits > 1 {
            return Err(Malformed {
                at: start,
                trouble: Trouble::Expected("a number without leading zeros"),
            });
        }
        if !matches!(self.peek(), Some(b'.' | b'e' | b'E'))
            && let Some(number) = self.whole(start, negative, whole, digits)
        {
            return Ok(number);
        }
        self.real(start, negative, whole, digits)
    }

    /// A number without fraction and exponent, when it fits 64 bits.
    #[inline]
    fn whole(&self, start: usize, negative: bool, whole: u64, digits: usize) -> Option<Number> {
        match i64::try_from(whole) {
            // -0 is a real of its own.
            Ok(0) if negative => None,
            Ok(whole) if digits <= 18 => Some(Number::Whole(if negative { -whole } else { whole })),
            // Near the edge the sum may have wrapped.
            _ => {
                let text = self.between(start, self.at());
                text.parse().map(Number::Whole).or_else(|_| text.parse().map(Number::Large)).ok()
            }
        }
    }

    /// Powers of ten that a double holds exactly.
    #[allow(clippy::cast_precision_loss, reason = "fewer than 16 digits are exact")]
    fn real(&mut self, start: usize, negative: bool, whole: u64, digits: usize) -> Result<Number, Malformed> {
        const EXACT: [f64; 16] =
            [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];
        let mut mantissa = whole;
        let mut places = 0;
        if self.peek() == Some(b'.') {
            self.skip(1);
            let (part, length) = self.digits("a digit after the point")?;
            places = length;
            let scale = 10_u64.checked_pow(u32::try_from(length).unwrap_or(u32::MAX));
            mantissa =
                scale.and_then(|scale| whole.checked_mul(scale)).map_or(0, |all| all.wrapping_add(part));
        }
        let short = digits + places <= 15 && !matches!(self.peek(), Some(b'e' | b'E'));
        if let (true, Some(scale)) = (short, EXACT.get(places)) {
            // Both are exact, so one division rounds as reading the digits would.
            let size = mantissa as f64 / scale;
            return Ok(Number::Real(if negative { -size } else { size }));
        }
        self.exponent()?;
        let number = self.between(start, self.at()).parse::<f64>().ok().filter(|number| number.is_finite());
        number.map(Number::Real).ok_or(Malformed { at: start, trouble: Trouble::NumberRange })
    }

    fn exponent(&mut self) -> Result<(), Malformed> {
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.skip(1);
            self.skip(usize::from(matches!(self.peek(), Some(b'+' | b'-'))));
            self.digits("a digit of the exponent")?;
        }
        Ok(())
    }

    /// Reads at least one digit: their value, wrapped when there are more than 19, and their number.
    #[inline]
    fn digits(&mut self, name: &'static str) -> Result<(u64, usize), Malformed> {
        let start = self.at();
        let mut value = 0_u64;
        while let Some(digit @ b'0'..=b'9') = self.peek() {
            value = value.wrapping_mul(10).wrapping_add(u64::from(digit - b'0'));
            self.skip(1);
        }
        let length = self.at() - start;
        if length == 0 { Err(self.trouble(Trouble::Expected(name))) } else { Ok((value, length)) }
    }
}
