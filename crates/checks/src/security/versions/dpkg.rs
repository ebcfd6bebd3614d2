//! Debian's order (deb-version(7)): epoch, upstream version, revision; a tilde sorts before everything, even the end.

use std::cmp::Ordering;

/// A Debian version in its three parts.
#[derive(Clone, Debug)]
pub struct Version {
    epoch: u32,
    upstream: Box<str>,
    revision: Box<str>,
}

impl Version {
    /// Reads `[epoch:]upstream[-revision]`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (epoch, rest) = match text.split_once(':') {
            Some((epoch, rest)) => (read_epoch(epoch)?, rest),
            None => (0, text),
        };
        let (upstream, revision) = rest.rsplit_once('-').unwrap_or((rest, ""));
        let revision_given = rest.contains('-');
        let well_formed = !upstream.is_empty()
            && (!revision_given || !revision.is_empty())
            && upstream.bytes().all(|b| allowed(b) || matches!(b, b'-' | b':'))
            && revision.bytes().all(allowed);
        well_formed.then(|| Self { epoch, upstream: upstream.into(), revision: revision.into() })
    }
}

fn read_epoch(text: &str) -> Option<u32> {
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten().filter(|epoch| *epoch <= i32::MAX as u32)
}

fn allowed(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'+' | b'~')
}

impl Ord for Version {
    fn cmp(&self, other: &Self) -> Ordering {
        self.epoch
            .cmp(&other.epoch)
            .then_with(|| compare_part(&self.upstream, &other.upstream))
            .then_with(|| compare_part(&self.revision, &other.revision))
    }
}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Versions that sort alike are equal, however they are spelt: `1.0` and `1.00`, `1` and `1-0`.
impl PartialEq for Version {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Version {}

/// Compares by turns a run of non-digits, then a run of digits, until one differs.
fn compare_part(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (a.as_bytes(), b.as_bytes());
    while !a.is_empty() || !b.is_empty() {
        let (a_text, a_rest) = split_run(a, false);
        let (b_text, b_rest) = split_run(b, false);
        let (a_digits, a_after) = split_run(a_rest, true);
        let (b_digits, b_after) = split_run(b_rest, true);
        let order = compare_text(a_text, b_text).then_with(|| compare_digits(a_digits, b_digits));
        if order != Ordering::Equal {
            return order;
        }
        (a, b) = (a_after, b_after);
    }
    Ordering::Equal
}

fn split_run(bytes: &[u8], digits: bool) -> (&[u8], &[u8]) {
    let end = bytes.iter().position(|b| b.is_ascii_digit() != digits).unwrap_or(bytes.len());
    bytes.split_at(end)
}

/// The end of a run counts as a character of its own: after the tilde, before any letter.
fn compare_text(a: &[u8], b: &[u8]) -> Ordering {
    let weights = |text: &[u8]| text.iter().copied().map(weight).chain([0]).collect::<Vec<i32>>();
    weights(a).cmp(&weights(b))
}

fn weight(byte: u8) -> i32 {
    match byte {
        b'~' => -1,
        letter if letter.is_ascii_alphabetic() => i32::from(letter),
        other => i32::from(other) + 256,
    }
}

/// Compares numbers of any length without reading them into one.
pub(super) fn compare_digits(a: &[u8], b: &[u8]) -> Ordering {
    let (a, b) = (without_zeros(a), without_zeros(b));
    a.len().cmp(&b.len()).then_with(|| a.cmp(b))
}

fn without_zeros(digits: &[u8]) -> &[u8] {
    let start = digits.iter().position(|d| *d != b'0').unwrap_or(digits.len());
    digits.split_at(start).1
}
