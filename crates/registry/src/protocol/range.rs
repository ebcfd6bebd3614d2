//! The two kinds of ranges: those asked for in pulls, and those announced with pieces of an upload.

/// What a `Range` header asks for, before the size is known (RFC 9110, 14.2). Only one range of bytes is served.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ByteRange {
    /// No range that we read: everything is sent.
    Whole,
    /// From the first byte to the second, as far as there are so many.
    Between(u64, u64),
    /// From this byte on.
    From(u64),
    /// So many bytes from the end.
    Last(u64),
    /// One that no content can satisfy.
    Impossible,
}

impl ByteRange {
    /// Reads a header's value.
    pub fn read(text: &str) -> Self {
        let Some((first, last)) = text.trim().strip_prefix("bytes=").and_then(|range| range.split_once('-'))
        else {
            return Self::Whole;
        };
        let (first, last) = (first.trim(), last.trim());
        match (number(first), number(last)) {
            (Some(first), Some(last)) if first <= last => Self::Between(first, last),
            (Some(_), Some(_)) => Self::Impossible,
            (Some(first), None) if last.is_empty() => Self::From(first),
            (None, Some(count)) if first.is_empty() => Self::Last(count),
            _ => Self::Whole,
        }
    }

    /// The first byte and the number of bytes within `size`; nothing when there are none.
    pub fn within(self, size: u64) -> Option<(u64, u64)> {
        match self {
            Self::Whole => Some((0, size)),
            Self::Between(first, last) if first < size => Some((first, last.min(size - 1) - first + 1)),
            Self::From(first) if first < size => Some((first, size - first)),
            Self::Last(count) if count > 0 && size > 0 => Some((size - count.min(size), count.min(size))),
            _ => None,
        }
    }
}

/// Which bytes of an upload a piece holds, both ends included: `0-41`. Some clients write it as in RFC 9110.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ContentRange {
    /// The first byte.
    pub first: u64,
    /// The last byte.
    pub last: u64,
}

impl ContentRange {
    /// Reads a header's value; nothing when it is malformed or ends before it begins.
    pub fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        let text = text.strip_prefix("bytes").map_or(text, |rest| rest.trim_start_matches(['=', ' ']));
        let (first, rest) = text.split_once('-')?;
        let last = rest.split_once('/').map_or(rest, |(last, _)| last);
        let (first, last) = (number(first)?, number(last)?);
        (first <= last).then_some(Self { first, last })
    }

    /// How many bytes.
    pub fn length(self) -> u64 {
        (self.last - self.first).saturating_add(1)
    }
}

/// Digits only: no sign, no spaces.
fn number(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if digits { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_of_pulls() {
        let within = |text: &str, size| ByteRange::read(text).within(size);
        assert_eq!(within("bytes=0-0", 10), Some((0, 1)));
        assert_eq!(within("bytes=3-5", 10), Some((3, 3)));
        assert_eq!(within("bytes=3-", 10), Some((3, 7)));
        assert_eq!(within("bytes=-3", 10), Some((7, 3)));
        assert_eq!(within("bytes=-30", 10), Some((0, 10)));
        assert_eq!(within("bytes=9-500", 10), Some((9, 1)));
        for whole in ["", "lines=1-2", "bytes=", "bytes=-", "bytes=a-b", "bytes=0-1,3-4", "bytes=+1-2"] {
            assert_eq!(ByteRange::read(whole), ByteRange::Whole, "{whole}");
        }
        for (none, size) in
            [("bytes=5-0", 10), ("bytes=10-11", 10), ("bytes=10-", 10), ("bytes=-0", 10), ("bytes=0-", 0)]
        {
            assert_eq!(within(none, size), None, "{none}");
        }
        assert_eq!(within(&format!("bytes=0-{}", u64::MAX), u64::MAX), Some((0, u64::MAX)));
    }

    #[test]
    fn ranges_of_pieces() {
        let read =
            |text: &str| ContentRange::read(text).map(|range| (range.first, range.last, range.length()));
        assert_eq!(read("0-41"), Some((0, 41, 42)));
        assert_eq!(read("bytes 5-5/9"), Some((5, 5, 1)));
        assert_eq!(read("bytes=5-6"), Some((5, 6, 2)));
        assert_eq!(read(&format!("0-{}", u64::MAX)), Some((0, u64::MAX, u64::MAX)));
        for bad in ["", "-", "5-4", "0-", "-1", "a-b", "0-99999999999999999999"] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }
}
