//! Opens a database file. The file is data from elsewhere: its checksum, every offset, every text and every reference
//! are checked once, here, so that a look-up can neither fail nor wander.

use std::fs::File;
use std::io::Read;
use std::ops::Range;
use std::path::Path;

use assay_core::digest::Algorithm;
use assay_core::{Digest, Fault};
use sha2::{Digest as _, Sha256};

use super::layout::{self, Section};
use super::severity::Band;

/// Why a database cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// There is none at that path.
    #[error("there is no vulnerability database at {0}")]
    Missing(String),
    /// It is not one, of another version, or damaged.
    #[error("the vulnerability database is unusable: {0}; make it anew with `assay db import`")]
    Damaged(Damage),
    /// The disk.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// What is wrong with the bytes of a database.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Damage {
    /// Other data.
    #[error("it does not begin like a database")]
    NotADatabase,
    /// Made by another version of Assay.
    #[error("its layout has version {0}, this program reads version {current}", current = layout::VERSION)]
    Version(u32),
    /// Larger than any that is written.
    #[error("it has more than {largest} bytes", largest = layout::LARGEST)]
    TooLarge,
    /// Cut, or changed since it was written.
    #[error("its checksum does not hold")]
    Checksum,
    /// The checksum holds, yet a row points outside.
    #[error("row {row} of its section `{section}` points outside the file")]
    Row {
        /// The section.
        section: &'static str,
        /// The row, from 0.
        row: usize,
    },
}

/// Vulnerability data, read-only and in memory.
#[derive(Clone)]
pub struct Database {
    bytes: Vec<u8>,
    sections: [Range<usize>; layout::SECTIONS],
    digest: Digest,
}

impl Database {
    /// Opens the file at `path`. Errors: missing, damaged, or a fault of the disk.
    pub fn open(path: &Path) -> Result<Self, OpenError> {
        let doing = || format!("reading the vulnerability database {}", path.display());
        let file = match File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Err(OpenError::Missing(path.display().to_string()));
            }
            Err(error) => return Err(Fault::io(doing(), error).into()),
        };
        let mut bytes = Vec::new();
        file.take(layout::LARGEST + 1).read_to_end(&mut bytes).map_err(|error| Fault::io(doing(), error))?;
        Self::from_bytes(bytes).map_err(OpenError::Damaged)
    }

    /// Takes the bytes of a database file.
    pub fn from_bytes(bytes: Vec<u8>) -> Result<Self, Damage> {
        if bytes.len() as u64 > layout::LARGEST {
            return Err(Damage::TooLarge);
        }
        if bytes.get(..layout::MAGIC.len()) != Some(&layout::MAGIC) {
            return Err(Damage::NotADatabase);
        }
        let version = number(&bytes, 8).ok_or(Damage::Checksum)?;
        if version != layout::VERSION {
            return Err(Damage::Version(version));
        }
        let digest = checksum(&bytes).ok_or(Damage::Checksum)?;
        let sections = sections(&bytes)?;
        let database = Self { bytes, sections, digest };
        database.check_rows()?;
        Ok(database)
    }

    /// Digest of the content: same digest, same data.
    pub fn digest(&self) -> &Digest {
        &self.digest
    }

    /// Whether it holds the demonstration data.
    pub fn is_demonstration(&self) -> bool {
        number(&self.bytes, 12).is_some_and(|flags| flags & layout::DEMONSTRATION != 0)
    }

    /// The file's content, for writing it elsewhere.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Size in bytes.
    pub fn size(&self) -> usize {
        self.bytes.len()
    }

    pub(super) fn rows(&self, section: Section) -> usize {
        self.range(section).len() / section.row()
    }

    /// The numbers of one row. Rows that are not there read as zeros; opening has checked that none is asked for.
    pub(super) fn row<const N: usize>(&self, section: Section, row: u32) -> [u32; N] {
        let start = self.range(section).start + row as usize * section.row();
        std::array::from_fn(|column| number(&self.bytes, start + column * 4).unwrap_or_default())
    }

    pub(super) fn text(&self, offset: u32) -> &str {
        self.checked_text(offset).unwrap_or_default()
    }

    pub(super) fn checked_text(&self, offset: u32) -> Option<&str> {
        let texts = self.bytes.get(self.range(Section::Texts))?;
        let (length, rest) = texts.get(offset as usize..)?.split_first_chunk::<2>()?;
        std::str::from_utf8(rest.get(..usize::from(u16::from_le_bytes(*length)))?).ok()
    }

    fn range(&self, section: Section) -> Range<usize> {
        let [texts, ecosystems, index, affected, intervals, lists, advisories, ratings] = &self.sections;
        match section {
            Section::Texts => texts,
            Section::Ecosystems => ecosystems,
            Section::Index => index,
            Section::Affected => affected,
            Section::Intervals => intervals,
            Section::Lists => lists,
            Section::Advisories => advisories,
            Section::Ratings => ratings,
        }
        .clone()
    }
}

impl std::fmt::Debug for Database {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Database").field("digest", &self.digest).field("size", &self.bytes.len()).finish()
    }
}

/// The band in the low byte of `flags`.
pub(super) fn band(flags: u32) -> Option<Band> {
    Band::ALL.get((flags & 0xff) as usize).copied()
}

fn number(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk::<4>().map(|chunk| u32::from_le_bytes(*chunk))
}

/// The digest in the header, when it is the digest of everything else.
fn checksum(bytes: &[u8]) -> Option<Digest> {
    let told = bytes.get(layout::CHECKSUM_AT..layout::HEADER)?;
    let mut hash = Sha256::new_with_prefix(bytes.get(..layout::CHECKSUM_AT)?);
    hash.update(bytes.get(layout::HEADER..)?);
    let found = hash.finalize();
    (told == found.as_slice()).then(|| Digest::from_hash(Algorithm::Sha256, &found).ok()).flatten()
}

fn sections(bytes: &[u8]) -> Result<[Range<usize>; layout::SECTIONS], Damage> {
    let mut ranges: [Range<usize>; layout::SECTIONS] = std::array::from_fn(|_| 0..0);
    for (index, (range, section)) in ranges.iter_mut().zip(Section::ALL).enumerate() {
        let outside = Damage::Row { section: section.name(), row: 0 };
        let start = number(bytes, 16 + index * 8).ok_or(outside.clone())? as usize;
        let rows = number(bytes, 20 + index * 8).ok_or(outside.clone())? as usize;
        let end = rows.checked_mul(section.row()).and_then(|length| start.checked_add(length));
        *range = start..end.filter(|end| start >= layout::HEADER && *end <= bytes.len()).ok_or(outside)?;
    }
    Ok(ranges)
}
