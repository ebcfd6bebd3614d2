//! Blobs as the records know them; their bytes are files of the registry's.

use jiff::Timestamp;

use crate::digest::Digest;

/// How a blob fares.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum BlobState {
    /// In use, or recently.
    Live,
    /// Nobody uses it; its file is removed later unless somebody does again.
    Doomed,
    /// Its bytes are not what they were; hidden until it is pushed again.
    Damaged,
}

/// A blob as one repository sees it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct VisibleBlob {
    /// Bytes.
    pub size: u64,
    /// When it was last pushed to the repository, mounted or asked for.
    pub seen_at: Timestamp,
    /// Whether a manifest of the repository points to it.
    pub linked: bool,
}

/// A blob that is kept.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StoredBlob {
    /// Its digest.
    pub digest: Digest,
    /// Its bytes.
    pub size: u64,
    /// How it fares.
    pub state: BlobState,
}
