//! What can be wrong with an entry of a layer that is otherwise readable, and how it is told.

use std::collections::BTreeMap;

use assay_core::{Code, Digest, Finding, Place};

use crate::tar::Oddity;

use super::path::shown;

/// One kind of wrong. The entry is left out of the unpacked layer, except where the text says otherwise.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Problem {
    Absolute,
    Climbs,
    LinkClimbs,
    Nul,
    NoPath,
    LongPath,
    LongName,
    Deep,
    BadWhiteout,
    ThroughLink,
    BelowFile,
    Doubled,
    Device,
    Fifo,
    LinkMissing,
    LinkToFolder,
    LinkTooOften,
    LinkTarget,
    Odd(Oddity),
    UnknownType,
    Trailing,
}

/// Everything wrong in one layer, counted by kind so that a million bad entries stay one finding.
#[derive(Default)]
pub(super) struct Problems(BTreeMap<Problem, Seen>);

struct Seen {
    count: u64,
    first: Vec<u8>,
}

impl Problems {
    /// Notes that `problem` was seen at `path`.
    pub(super) fn note(&mut self, problem: Problem, path: &[u8]) {
        let seen = self.0.entry(problem).or_insert_with(|| Seen { count: 0, first: path.to_vec() });
        seen.count += 1;
    }

    /// The findings, for the layer with this diff id.
    pub(super) fn findings(&self, diff_id: &Digest) -> Vec<Finding> {
        self.0.iter().map(|(problem, seen)| problem.finding(seen).at(place(seen, diff_id))).collect()
    }
}

fn place(seen: &Seen, diff_id: &Digest) -> Place {
    let path = shown(&seen.first);
    let absolute = if path.starts_with('/') { path } else { format!("/{path}") };
    Place::path(absolute).in_layer(diff_id)
}

impl Problem {
    fn finding(self, seen: &Seen) -> Finding {
        let first = shown(&seen.first);
        let observed = match seen.count {
            1 => format!("the entry `{first}` {}", self.observed()),
            count => format!(
                "{count} entries, the first being `{first}`, have this fault: each {}",
                self.observed()
            ),
        };
        let expected = self.expected();
        match self {
            Self::LongPath | Self::LongName | Self::Deep | Self::LinkTooOften => {
                Finding::error(Code::IMG_003, observed, expected)
            }
            Self::Doubled | Self::Fifo => Finding::warning(Code::IMG_004, observed, expected),
            _ => Finding::error(Code::IMG_004, observed, expected),
        }
    }

    fn observed(self) -> &'static str {
        match self {
            Self::Absolute => "has an absolute path",
            Self::Climbs => "climbs out of the image with `..`",
            Self::LinkClimbs => "is a hard link whose target climbs out of the image with `..`",
            Self::Nul => "has a NUL byte in its path",
            Self::NoPath => "has an empty path",
            Self::LongPath => "has a path longer than allowed",
            Self::LongName => "has a name longer than 255 bytes",
            Self::Deep => "lies deeper than allowed",
            Self::BadWhiteout => "is a whiteout that names no file",
            Self::ThroughLink => "passes through a symbolic link of the same layer",
            Self::BelowFile => "lies below something that is not a folder",
            Self::Doubled => "is there twice in the layer; the last one counts",
            Self::Device => "is a device node",
            Self::Fifo => "is a named pipe, which is left out",
            Self::LinkMissing => "is a hard link to something that is not before it in the same layer",
            Self::LinkToFolder => "is a hard link to something that is not a file",
            Self::LinkTooOften => "is one hard link too many to the same file",
            Self::LinkTarget => {
                "is a symbolic link whose target is empty, has a NUL byte or is longer than 4095 bytes"
            }
            Self::Odd(oddity) => oddity_observed(oddity),
            Self::UnknownType => "has a type that image layers do not use",
            Self::Trailing => "is followed by bytes behind the end mark of the archive",
        }
    }

    fn expected(self) -> &'static str {
        match self {
            Self::LongPath | Self::LongName | Self::Deep => "paths of ordinary length and depth",
            Self::LinkTooOften => "fewer hard links than the file system allows for one file",
            Self::Doubled => "every path once in a layer",
            Self::Device | Self::Fifo => "only files, folders and links",
            Self::LinkMissing | Self::LinkToFolder | Self::LinkClimbs => {
                "hard links to earlier files of the same layer"
            }
            Self::Odd(_) | Self::UnknownType | Self::Trailing => {
                "an archive that every tar program reads the same way"
            }
            _ => "relative paths that stay inside the image",
        }
    }
}

fn oddity_observed(oddity: Oddity) -> &'static str {
    match oddity {
        Oddity::Sparse => "is a sparse file, whose form not every tar program knows",
        Oddity::DataWithoutFile => "is no file but claims to have data",
        Oddity::GlobalOverride => "follows a global header that changes paths or sizes",
        Oddity::DoubledHeader => "has two extended headers of the same kind",
    }
}
