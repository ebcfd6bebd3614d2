//! Semantic Versioning 2.0, read leniently: a leading `v`, fewer or more than three numbers and leading zeros are
//! accepted (`v1.2`, `2023.03.13`), because advisories carry them. Build metadata does not count.

use std::cmp::Ordering;

use super::dpkg::compare_digits;

/// A version: numbers, then the identifiers of a pre-release.
#[derive(Clone, Debug)]
pub struct Version {
    numbers: Vec<Box<str>>,
    pre_release: Vec<Box<str>>,
}

impl Version {
    /// Reads `[v]1.2.3[-pre.1][+build]`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let text = text.strip_prefix('v').unwrap_or(text);
        let text = text.split('+').next()?;
        let (numbers, pre_release) = match text.split_once('-') {
            Some((numbers, pre_release)) => (numbers, Some(pre_release)),
            None => (text, None),
        };
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        let word =
            |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        let numbers: Vec<&str> = numbers.split('.').collect();
        let pre_release: Vec<&str> = pre_release.map(|text| text.split('.').collect()).unwrap_or_default();
        let well_formed =
            numbers.iter().all(|part| digits(part)) && pre_release.iter().all(|part| word(part));
        well_formed.then(|| Self {
            numbers: numbers.into_iter().map(Box::from).collect(),
            pre_release: pre_release.into_iter().map(Box::from).collect(),
        })
    }

    fn number(&self, index: usize) -> &[u8] {
        self.numbers.get(index).map_or(b"0", |digits| digits.as_bytes())
    }

    fn compare_numbers(&self, other: &Self) -> Ordering {
        let length = self.numbers.len().max(other.numbers.len());
        (0..length)
            .map(|i| compare_digits(self.number(i), other.number(i)))
            .find(|order| *order != Ordering::Equal)
            .unwrap_or(Ordering::Equal)
    }

    /// A version with a pre-release comes before the one without; otherwise the first differing identifier decides.
    fn compare_pre_release(&self, other: &Self) -> Ordering {
        match (self.pre_release.is_empty(), other.pre_release.is_empty()) {
            (true, true) => return Ordering::Equal,
            (true, false) => return Ordering::Greater,
            (false, true) => return Ordering::Less,
            (false, false) => {}
        }
        let pairs = self.pre_release.iter().zip(&other.pre_release);
        pairs
            .map(|(a, b)| compare_identifiers(a, b))
            .find(|order| *order != Ordering::Equal)
            .unwrap_or_else(|| self.pre_release.len().cmp(&other.pre_release.len()))
    }
}

/// Numbers by value and before words; words by their bytes.
fn compare_identifiers(a: &str, b: &str) -> Ordering {
    let number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    match (number(a), number(b)) {
        (true, true) => compare_digits(a.as_bytes(), b.as_bytes()),
        (true, false) => Ordering::Less,
        (false, true) => Ordering::Greater,
        (false, false) => a.cmp(b),
    }
}

impl Ord for Version {
    fn cmp(&self, other: &Self) -> Ordering {
        self.compare_numbers(other).then_with(|| self.compare_pre_release(other))
    }
}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Version {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Version {}
