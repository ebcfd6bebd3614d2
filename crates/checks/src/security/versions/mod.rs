//! The orders in which versions stand, one per packaging system. Comparing the versions of one system by the rules of
//! another is the classic way to miss a vulnerability, so a version always knows its scheme.

mod apk;
mod dpkg;
mod semantic;

use std::cmp::Ordering;
use std::str::FromStr;

/// Longest version text that is read, in bytes. Real ones stay under 100.
const LONGEST: usize = 512;

/// A packaging system's rules for versions.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Scheme {
    /// Debian and its heirs (deb-version(7)).
    Dpkg,
    /// Alpine and its heirs.
    Apk,
    /// Python (PEP 440).
    Python,
    /// npm (node-semver).
    Node,
    /// Go, crates.io, Bitnami: Semantic Versioning, read leniently.
    Semantic,
    /// A system whose order we do not know; nothing can be said about its versions.
    Unknown,
}

impl Scheme {
    /// The scheme of an OSV ecosystem, with or without its release suffix (`Debian:12`).
    pub fn of_ecosystem(ecosystem: &str) -> Self {
        match ecosystem.split(':').next().unwrap_or_default() {
            "Debian" | "Ubuntu" => Self::Dpkg,
            "Alpine" | "Chainguard" | "Wolfi" => Self::Apk,
            "PyPI" => Self::Python,
            "npm" => Self::Node,
            "Go" | "crates.io" | "Bitnami" => Self::Semantic,
            _ => Self::Unknown,
        }
    }

    /// Reads a version. `None` when it breaks the scheme's rules.
    pub fn parse(self, text: &str) -> Option<Version> {
        let text = text.trim();
        if text.len() > LONGEST {
            return None;
        }
        match self {
            Self::Dpkg => dpkg::Version::parse(text).map(Version::Dpkg),
            Self::Apk => apk::Version::parse(text).map(Version::Apk),
            Self::Python => pep440_rs::Version::from_str(text).ok().map(|v| Version::Python(Box::new(v))),
            Self::Node => nodejs_semver::Version::parse(text).ok().map(|v| Version::Node(Box::new(v))),
            Self::Semantic => semantic::Version::parse(text).map(Version::Semantic),
            Self::Unknown => None,
        }
    }
}

/// A version that was read by its scheme's rules.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Version {
    /// Debian.
    Dpkg(dpkg::Version),
    /// Alpine.
    Apk(apk::Version),
    /// Python.
    Python(Box<pep440_rs::Version>),
    /// npm.
    Node(Box<nodejs_semver::Version>),
    /// Semantic.
    Semantic(semantic::Version),
}

impl Version {
    /// How the two stand to each other; `None` when they belong to different schemes.
    pub fn compare(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Dpkg(a), Self::Dpkg(b)) => Some(a.cmp(b)),
            (Self::Apk(a), Self::Apk(b)) => Some(a.cmp(b)),
            (Self::Python(a), Self::Python(b)) => Some(a.cmp(b)),
            (Self::Node(a), Self::Node(b)) => Some(a.cmp(b)),
            (Self::Semantic(a), Self::Semantic(b)) => Some(a.cmp(b)),
            _ => None,
        }
    }
}

/// The name under which an ecosystem's registry knows a package: PyPI folds case, and runs of `-`, `_` and `.`
/// (PEP 503).
pub fn normal_name(ecosystem: &str, name: &str) -> String {
    if ecosystem != "PyPI" {
        return name.to_owned();
    }
    let mut normal = String::with_capacity(name.len());
    for c in name.trim().chars() {
        let c = if matches!(c, '_' | '.') { '-' } else { c.to_ascii_lowercase() };
        if c != '-' || !normal.ends_with('-') {
            normal.push(c);
        }
    }
    normal
}

#[cfg(test)]
mod tests;
