//! What a layer holds, as its index file remembers it.

use assay_core::Finding;

/// The contents of one unpacked layer.
#[derive(Clone, PartialEq, Debug, Default)]
pub(crate) struct LayerIndex {
    /// What was measured while unpacking; judged against the limits at every opening.
    pub(crate) measures: Measures,
    /// What is wrong with the layer although it could be unpacked.
    pub(crate) findings: Vec<Finding>,
    /// Its entries, sorted by path, every path once and every parent folder present.
    pub(crate) entries: Vec<Entry>,
}

/// Figures of one layer.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Measures {
    /// Bytes of the blob.
    pub(crate) compressed_bytes: u64,
    /// Bytes of the unpacked tar stream.
    pub(crate) unpacked_bytes: u64,
    /// Entries in the stream, doubles included.
    pub(crate) entries: u64,
    /// Estimate of the room taken on disk.
    pub(crate) disk_bytes: u64,
    /// Bytes of the longest path.
    pub(crate) longest_path: u64,
    /// Components of the deepest path.
    pub(crate) deepest_path: u64,
    /// Bytes of the largest extended header.
    pub(crate) largest_header: u64,
}

/// One path of a layer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Entry {
    /// Relative to the root, without leading or trailing slash; empty for the root itself.
    pub(crate) path: Box<[u8]>,
    pub(crate) kind: EntryKind,
    pub(crate) size: u64,
    pub(crate) mode: u32,
    pub(crate) uid: u32,
    pub(crate) gid: u32,
    pub(crate) mtime: i64,
    pub(crate) has_capabilities: bool,
}

/// What an entry is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum EntryKind {
    File,
    Directory {
        /// Hides everything of the same folder in lower layers.
        opaque: bool,
    },
    Symlink(Box<[u8]>),
    CharDevice,
    BlockDevice,
    Fifo,
    /// Removes the path from lower layers.
    Whiteout,
}

impl Entry {
    /// What it counts for in `ImageLimits::index_bytes`.
    pub(crate) fn weight(&self) -> u64 {
        let target = if let EntryKind::Symlink(target) = &self.kind { target.len() } else { 0 };
        160 + (self.path.len() + target) as u64
    }

    /// The absolute path as text, and whether it is exactly the path on disk.
    pub(crate) fn shown_path(&self) -> (String, bool) {
        match std::str::from_utf8(&self.path) {
            Ok(path) => (format!("/{path}"), true),
            Err(_) => (format!("/{}", String::from_utf8_lossy(&self.path)), false),
        }
    }
}
