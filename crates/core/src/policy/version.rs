//! Policies as kept: documents under a name and a number, never changed.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::Serialize;

use crate::Refused;
use crate::digest::Digest;

/// The longest name of a policy, in characters.
const LONGEST: usize = 40;

/// How a policy is named: `strict@2` is one version, `strict` the newest.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct PolicyName {
    /// Lower-case letters, digits and dashes.
    pub name: String,
    /// The version; the newest when absent.
    pub number: Option<u32>,
}

/// Why a text names no policy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is no name of a policy: write `strict` for the newest version or `strict@2` for one; names have lower-case letters, digits and dashes"
)]
pub struct MalformedPolicyName(String);

impl FromStr for PolicyName {
    type Err = MalformedPolicyName;

    fn from_str(text: &str) -> Result<Self, MalformedPolicyName> {
        let malformed = || MalformedPolicyName(text.chars().take(100).collect());
        let (name, number) = match text.split_once('@') {
            Some((name, number)) => {
                let number: u32 = number.parse().map_err(|_| malformed())?;
                (name, Some(number).filter(|number| *number > 0).ok_or_else(malformed)?.into())
            }
            None => (text, None),
        };
        let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if name.is_empty() || name.len() > LONGEST || name.starts_with('-') || !name.chars().all(fits) {
            return Err(malformed());
        }
        Ok(Self { name: name.into(), number })
    }
}

impl fmt::Display for PolicyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        self.number.map_or(Ok(()), |number| write!(f, "@{number}"))
    }
}

/// One version of a policy.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PolicyVersion {
    /// The policy's name.
    pub name: String,
    /// Counted from 1 within the name.
    pub number: u32,
    /// The document as written, TOML.
    pub document: String,
    /// Digest of its bytes.
    pub digest: Digest,
    /// When it was made; none for those that come with the program.
    pub created_at: Option<Timestamp>,
    /// Who made it, for people: an e-mail address, `operator`, `assay`.
    pub author: String,
    /// What has changed, in the author's words.
    pub comment: String,
}

/// Versions of policies.
pub trait Policies {
    /// Keeps a new version. Rejected when there is one of this name and number (`policy-exists`).
    fn insert_policy(&self, version: &PolicyVersion) -> Result<(), Refused>;
    /// One version; the newest when no number is named.
    fn policy(&self, name: &PolicyName) -> Result<Option<PolicyVersion>, Refused>;
    /// Every version by name and number, newest number first.
    fn policies(&self) -> Result<Vec<PolicyVersion>, Refused>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_they_are_written() {
        for good in ["default", "strict@2", "house-2027@10"] {
            assert_eq!(good.parse::<PolicyName>().unwrap().to_string(), good);
        }
        for bad in ["", "@1", "strict@", "strict@0", "strict@-1", "Strict", "a b", "-x", "x@1@2", "../x"] {
            assert!(bad.parse::<PolicyName>().is_err(), "{bad}");
        }
    }
}
