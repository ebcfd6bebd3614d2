//! Which records of language packages belong to packages of the distribution.
//!
//! A record that does is not held against the language's advisories, because the distribution mends its packages without
//! raising that version. This makes ownership the lever of a scanner's blindness: a forged file list would make every
//! application vanish. So a claim counts only when dpkg's sum equals the sum of the file's bytes, in a place where the
//! distribution puts files, for a package whose own version goes with the record's. All else is assessed; a claim whose
//! sum is wrong or missing is reported.

use md5::{Digest as _, Md5};

use super::system::System;
use super::{Package, Trouble};

/// What came of a claim.
#[derive(PartialEq, Eq, Debug)]
pub(super) enum Claim {
    /// Nobody's.
    None,
    /// The distribution's package of that name.
    Owned(String),
    /// Claimed, but the claim does not hold.
    False(String),
}

/// Looks for the owner of the record `package`, read from `bytes`.
pub(super) fn claim(system: &System, package: &Package, bytes: &[u8]) -> Claim {
    let path = package.path.as_str();
    match system.sums.get(path) {
        Some((sum, owner)) if *sum != sum_of(bytes) => {
            Claim::False(format!("dpkg's sum for it in the package `{owner}` is not the sum of its bytes"))
        }
        Some((_, owner)) if system_place(path) && agrees(system, owner, package) => {
            Claim::Owned(owner.clone())
        }
        Some(_) => Claim::None,
        None => match system.listed.get(path).filter(|owner| system.with_sums.contains(*owner)) {
            Some(owner) => {
                Claim::False(format!("the file list of the package `{owner}` names it, its sums do not"))
            }
            None => Claim::None,
        },
    }
}

/// The finding that a false claim draws.
pub(super) fn false_claim(package: &Package, why: &str) -> Trouble {
    Trouble {
        holds: true,
        observed: format!("the package database claims `{}`, but {why}", package.path),
        expected: "dpkg's file lists tell the truth about the files in the image",
        fix: "reinstall the package named, or install the language package outside the distribution's folders",
        path: package.path.clone(),
        layer: package.layer.clone(),
    }
}

fn sum_of(bytes: &[u8]) -> String {
    Md5::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Debian Policy 9.1: packages put nothing below `/usr/local`, nor into the places that belong to the administrator.
fn system_place(path: &str) -> bool {
    (path.starts_with("/usr/") && !path.starts_with("/usr/local/")) || path.starts_with("/lib/")
}

/// Whether an installed package of the owner's name has an upstream version that begins with the record's.
fn agrees(system: &System, owner: &str, package: &Package) -> bool {
    let records = system.recorded.get(owner).into_iter().flatten().filter(|record| record.installed);
    records.into_iter().any(|record| {
        let version = record.version.split_once(':').map_or(record.version.as_str(), |(_, version)| version);
        match version.strip_prefix(package.version.as_str()) {
            Some(rest) => !rest.starts_with(|c: char| c.is_ascii_digit()),
            None => false,
        }
    })
}
