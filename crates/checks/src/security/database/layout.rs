//! The layout of the database file. All numbers are little-endian `u32`; a text is named by its offset in the text
//! section, where two bytes of length stand before it; offset 0 is the empty text.
//!
//! ```text
//! magic "ASSAYVDB"  version  flags  8 x (offset, rows)  SHA-256 over all the rest of the file
//! 0 texts        bytes
//! 1 ecosystems   name, as-of low, as-of high, advisories      (sorted by name)
//! 2 index        hash low, hash high, first affected, count   (sorted by hash)
//! 3 affected     ecosystem, name, advisory, first interval, count, first text, count
//! 4 intervals    from, kind of end, end
//! 5 lists        text
//! 6 advisories   id, common name, summary, link, first alias, count, first rating, count, band and flags, cluster
//! 7 ratings      standing and band, source, text
//! ```

/// First bytes of every database file.
pub(super) const MAGIC: [u8; 8] = *b"ASSAYVDB";
/// Version of this layout; a file of another version is imported anew.
pub(super) const VERSION: u32 = 1;
/// Flag: the content is the demonstration data.
pub(super) const DEMONSTRATION: u32 = 1;
/// Number of sections.
pub(super) const SECTIONS: usize = 8;
/// Offset of the checksum.
pub(super) const CHECKSUM_AT: usize = 16 + SECTIONS * 8;
/// Length of the header.
pub(super) const HEADER: usize = CHECKSUM_AT + 32;
/// Largest file that is written or opened: offsets have 32 bits.
pub(super) const LARGEST: u64 = 2 << 30;
/// As-of value that stands for "not known".
pub(super) const NO_DATE: i64 = i64::MIN;
/// Bit of an advisory's flags: known to be exploited. The low byte is the band.
pub(super) const EXPLOITED: u32 = 1 << 8;

/// The sections, in the order of the file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Section {
    Texts,
    Ecosystems,
    Index,
    Affected,
    Intervals,
    Lists,
    Advisories,
    Ratings,
}

impl Section {
    pub(super) const ALL: [Self; SECTIONS] = [
        Self::Texts,
        Self::Ecosystems,
        Self::Index,
        Self::Affected,
        Self::Intervals,
        Self::Lists,
        Self::Advisories,
        Self::Ratings,
    ];

    /// Bytes of one row.
    pub(super) fn row(self) -> usize {
        match self {
            Self::Texts => 1,
            Self::Ecosystems | Self::Index => 16,
            Self::Affected => 28,
            Self::Intervals | Self::Ratings => 12,
            Self::Lists => 4,
            Self::Advisories => 40,
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Texts => "texts",
            Self::Ecosystems => "ecosystems",
            Self::Index => "index",
            Self::Affected => "affected",
            Self::Intervals => "intervals",
            Self::Lists => "lists",
            Self::Advisories => "advisories",
            Self::Ratings => "ratings",
        }
    }
}

/// The key of a package in the index: FNV-1a over ecosystem and name. Equal keys are told apart by the full name.
pub(super) fn key(ecosystem: &str, name: &str) -> u64 {
    let bytes = ecosystem.bytes().chain([0]).chain(name.bytes());
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3))
}
