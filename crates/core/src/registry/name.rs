//! Names of repositories (OCI distribution specification, "Pulling manifests").

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::account::OrgId;

/// Characters of a name at most, so that host and name together stay below what clients can handle.
const LONGEST: usize = 220;

/// A well-formed repository name: lower-case groups joined by `.`, `_`, `__` or dashes, separated by slashes. Safe in
/// addresses; never used as a file name.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RepositoryName(Box<str>);

/// Why a text is no repository name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a repository name: lower-case letters and digits, joined by `.`, `_`, `__` or `-`")]
pub struct MalformedName(String);

impl RepositoryName {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The organization named by the first part, as in `7/detector`; nothing when it is no number.
    pub fn org(&self) -> Option<OrgId> {
        let (first, _) = self.0.split_once('/')?;
        let canonical = first == "0" || !first.starts_with('0');
        first.parse().ok().filter(|_| canonical).map(OrgId)
    }

    /// What follows the organization, as in `7/detector`: the engine's slug.
    pub fn slug(&self) -> Option<&str> {
        self.org()?;
        self.0.split_once('/').map(|(_, slug)| slug)
    }
}

impl FromStr for RepositoryName {
    type Err = MalformedName;

    fn from_str(text: &str) -> Result<Self, MalformedName> {
        if text.len() <= LONGEST && text.split('/').all(is_part) {
            Ok(Self(text.into()))
        } else {
            Err(MalformedName(text.chars().take(LONGEST).collect()))
        }
    }
}

/// Whether `part` is groups of letters and digits with one separator between each two.
fn is_part(part: &str) -> bool {
    let group = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let Some(end) = part.bytes().next_back() else { return false };
    if !group(end) {
        return false;
    }
    let mut separator = String::new();
    for (at, byte) in part.bytes().enumerate() {
        if group(byte) {
            if !separator.is_empty() && (at == separator.len() || !is_separator(&separator)) {
                return false;
            }
            separator.clear();
        } else {
            separator.push(char::from(byte));
        }
    }
    true
}

fn is_separator(text: &str) -> bool {
    matches!(text, "." | "_" | "__") || text.bytes().all(|byte| byte == b'-')
}

impl TryFrom<String> for RepositoryName {
    type Error = MalformedName;

    fn try_from(text: String) -> Result<Self, MalformedName> {
        text.parse()
    }
}

impl From<RepositoryName> for String {
    fn from(name: RepositoryName) -> Self {
        name.0.into()
    }
}

impl fmt::Display for RepositoryName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A repository's row.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct RepositoryId(pub i64);

/// A repository that something was pushed to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Repository {
    /// Its row.
    pub id: RepositoryId,
    /// Its name.
    pub name: RepositoryName,
    /// The organization whose quota its blobs count against.
    pub org: OrgId,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_by_the_book() {
        for good in ["a", "7/detector", "a.b_c__d---e/f0", "0/0/0", &"a".repeat(LONGEST)] {
            assert_eq!(good.parse::<RepositoryName>().map(String::from).as_deref(), Ok(good));
        }
        let long = "a".repeat(LONGEST + 1);
        for bad in [
            "", "/", "a/", "/a", "a//b", "A", "-a", "a-", "a..b", "a___b", "a._b", "a/../b", "ä", "a b",
            &long,
        ] {
            assert!(bad.parse::<RepositoryName>().is_err(), "{bad}");
        }
    }

    #[test]
    fn the_first_part_names_the_organization() {
        let name = |text: &str| text.parse::<RepositoryName>().unwrap();
        assert_eq!(name("7/detector").org(), Some(OrgId(7)));
        assert_eq!(name("7/detector").slug(), Some("detector"));
        for none in ["detector", "acme/detector", "07/detector", "99999999999999999999/x"] {
            assert_eq!((name(none).org(), name(none).slug()), (None, None), "{none}");
        }
    }
}
