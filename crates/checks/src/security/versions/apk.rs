//! Alpine's order: numbers, one letter, suffixes (`_alpha` before the plain version, `_p` after), revision (`-r3`).
//!
//! A version is read into tokens, which are compared pairwise. The end is a token too: `_rc` sorts before it, all else
//! after it.

use std::cmp::Ordering;

use super::dpkg::compare_digits;

/// Suffixes that come before the plain version, and those that come after, each in their order.
const BEFORE: [&str; 4] = ["alpha", "beta", "pre", "rc"];
const AFTER: [&str; 5] = ["cvs", "svn", "git", "hg", "p"];

/// An Alpine version as tokens.
#[derive(Clone, Debug)]
pub struct Version(Vec<Token>);

/// In rising order of weight: where two versions differ in kind, the later kind is the newer version.
#[derive(Clone, Debug)]
enum Token {
    Before(usize),
    End,
    Revision(Box<str>),
    Commit(Box<str>),
    SuffixNumber(Box<str>),
    After(usize),
    Letter(u8),
    Number(Box<str>),
    /// A later number with a leading zero compares like a decimal fraction: `1.01` before `1.1`.
    First(Box<str>),
}

impl Version {
    /// Reads `1.2.3a_rc1~abc-r4`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (text, revision) = match text.rsplit_once("-r") {
            Some((head, digits)) => (head, Some(digits)),
            None => (text, None),
        };
        let (text, commit) = match text.split_once('~') {
            Some((head, hash)) => (head, Some(hash)),
            None => (text, None),
        };
        let mut suffixes = text.split('_');
        let mut tokens = Vec::new();
        read_numbers(suffixes.next()?, &mut tokens)?;
        for suffix in suffixes {
            read_suffix(suffix, &mut tokens)?;
        }
        if let Some(hash) = commit {
            let hex = !hash.is_empty() && hash.bytes().all(|b| b.is_ascii_hexdigit());
            tokens.push(hex.then(|| Token::Commit(hash.into()))?);
        }
        if let Some(digits) = revision {
            tokens.push(Token::Revision(number(digits)?));
        }
        tokens.push(Token::End);
        Some(Self(tokens))
    }
}

fn read_numbers(text: &str, tokens: &mut Vec<Token>) -> Option<()> {
    let (text, letter) = match text.bytes().last() {
        Some(last) if last.is_ascii_lowercase() => (text.get(..text.len() - 1)?, Some(last)),
        _ => (text, None),
    };
    for (index, part) in text.split('.').enumerate() {
        let digits = number(part)?;
        tokens.push(if index == 0 { Token::First(digits) } else { Token::Number(digits) });
    }
    tokens.extend(letter.map(Token::Letter));
    Some(())
}

fn read_suffix(text: &str, tokens: &mut Vec<Token>) -> Option<()> {
    let name = text.trim_end_matches(|c: char| c.is_ascii_digit());
    let digits = text.get(name.len()..)?;
    let rank = |names: &[&str]| names.iter().position(|known| *known == name);
    tokens.push(rank(&BEFORE).map(Token::Before).or_else(|| rank(&AFTER).map(Token::After))?);
    if !digits.is_empty() {
        tokens.push(Token::SuffixNumber(digits.into()));
    }
    Some(())
}

fn number(text: &str) -> Option<Box<str>> {
    (!text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.into())
}

impl Token {
    fn rank(&self) -> u8 {
        match self {
            Self::Before(_) => 0,
            Self::End => 1,
            Self::Revision(_) => 2,
            Self::Commit(_) => 3,
            Self::SuffixNumber(_) => 4,
            Self::After(_) => 5,
            Self::Letter(_) => 6,
            Self::Number(_) => 7,
            Self::First(_) => 8,
        }
    }

    fn compare(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Before(a), Self::Before(b)) | (Self::After(a), Self::After(b)) => a.cmp(b),
            (Self::Letter(a), Self::Letter(b)) => a.cmp(b),
            (Self::Commit(a), Self::Commit(b)) => a.cmp(b),
            (Self::Number(a), Self::Number(b)) if a.starts_with('0') || b.starts_with('0') => a.cmp(b),
            (Self::Number(a), Self::Number(b))
            | (Self::First(a), Self::First(b))
            | (Self::Revision(a), Self::Revision(b))
            | (Self::SuffixNumber(a), Self::SuffixNumber(b)) => compare_digits(a.as_bytes(), b.as_bytes()),
            _ => self.rank().cmp(&other.rank()),
        }
    }
}

impl Ord for Version {
    fn cmp(&self, other: &Self) -> Ordering {
        let differing = self.0.iter().zip(&other.0).map(|(a, b)| a.compare(b));
        differing.into_iter().find(|order| *order != Ordering::Equal).unwrap_or(Ordering::Equal)
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
