//! Where images come from. A source hands out bytes; whoever asked checks them.

mod archive;
mod blobs;
mod daemon;
mod http;
mod layout;
mod locate;
mod registry;
mod saved;

use std::io::Read;

use assay_core::{Digest, Fault};

use crate::options::OpenError;

pub(crate) use blobs::BlobSource;
pub use blobs::Blobs;
pub(crate) use locate::locate;
pub(crate) use saved::{ambiguous, not_there};

/// A place that holds the blobs of an image.
pub(crate) trait Source: Send + Sync {
    /// Opens a blob for reading. Its bytes are not checked yet.
    fn blob(&self, address: &Address) -> Result<Box<dyn Read + Send>, BlobError>;

    /// Whether reading a blob again costs next to nothing, so that blobs seen before are checked again.
    fn is_local(&self) -> bool;
}

/// How a source names a blob.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Address {
    /// By content.
    Blob {
        digest: Digest,
        size: u64,
        /// Whether it is a manifest or index, which registries keep apart from blobs.
        document: bool,
    },
    /// By the name of a member of a `docker save` archive.
    Member(String),
}

/// Why a blob cannot be read.
#[derive(Debug)]
pub(crate) enum BlobError {
    /// The source does not have it.
    Missing,
    /// The source cannot be used.
    Open(OpenError),
}

impl From<Fault> for BlobError {
    fn from(fault: Fault) -> Self {
        Self::Open(fault.into())
    }
}

/// An image found.
pub(crate) struct Located {
    pub(crate) source: Box<dyn Source>,
    pub(crate) start: Start,
}

/// What to read first.
#[derive(Debug)]
pub(crate) enum Start {
    /// The `index.json` of a layout, and which of its images is meant.
    Layout { index: Vec<u8>, name: Option<String> },
    /// A manifest or index as a registry sent it.
    Document { bytes: Vec<u8>, media_type: Option<String>, expected: Option<Digest> },
    /// An image of a `docker save` archive: the member names of its configuration and layers.
    Saved { config: String, layers: Vec<String> },
}
