//! One advisory as the importers hand it to the compiler, whatever form it came in.

use super::severity::Rating;

/// What an advisory says.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Default, Debug)]
pub struct Record {
    /// Seconds since 1970 of its last change, when it says so believably. First, so that of two the newer is greater.
    pub modified: Option<i64>,
    /// Its id, such as `PYSEC-2021-9` or `DEBIAN-CVE-2022-41678`.
    pub id: String,
    /// Taken back by its author: it stands for nothing, but it supersedes older states of itself.
    pub withdrawn: bool,
    /// Other names of the same vulnerability.
    pub aliases: Vec<String>,
    /// CVEs that it tells of without being the same: the several of one vendor's update.
    pub related: Vec<String>,
    /// One line about it.
    pub summary: String,
    /// Where to read on.
    pub link: String,
    /// What its author and others say about its severity.
    pub ratings: Vec<Rating>,
    /// The packages.
    pub affected: Vec<Affected>,
}

/// Which versions of one package are affected.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Default, Debug)]
pub struct Affected {
    /// OSV ecosystem with its release: `Debian:12`.
    pub ecosystem: String,
    /// Name in that ecosystem; for distributions the source package.
    pub name: String,
    /// Spans of affected versions, sorted.
    pub intervals: Vec<Interval>,
    /// Affected versions that no span holds.
    pub versions: Vec<String>,
}

/// A span of affected versions.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Interval {
    /// The first affected version; `0` is before all others.
    pub from: String,
    /// Where it ends.
    pub end: End,
}

/// The end of a span.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum End {
    /// None: every later version is affected.
    Open,
    /// The first version that is no longer affected.
    Fixed(String),
    /// The last version known to be affected.
    Last(String),
}

impl Record {
    /// All names of the vulnerability: the id and its aliases.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.id.as_str()).chain(self.aliases.iter().map(String::as_str))
    }

    /// The name people know it by: its CVE when it has one (the oldest of several), else its id.
    pub fn common_name(&self) -> &str {
        self.names().filter(|name| is_cve(name)).min().unwrap_or(&self.id)
    }
}

/// Whether a name is of the form `CVE-2024-5535`.
pub fn is_cve(name: &str) -> bool {
    let mut parts = name.split('-');
    let digits =
        |part: Option<&str>| part.is_some_and(|p| p.len() >= 4 && p.bytes().all(|b| b.is_ascii_digit()));
    parts.next() == Some("CVE") && digits(parts.next()) && digits(parts.next()) && parts.next().is_none()
}
