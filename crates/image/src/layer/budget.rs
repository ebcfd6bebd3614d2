//! What all layers of an image share: room on disk, and room for the list of files in memory.

use std::sync::atomic::{AtomicU64, Ordering};

use assay_core::{Code, Finding};

use crate::limits::ImageLimits;

/// What is left of the limits of the whole image. Taken from by several threads at once, so it is told for the image
/// and not for the layer that happened to ask last.
pub(crate) struct Budget {
    bytes: AtomicU64,
    index: AtomicU64,
}

/// Which limit of the image was passed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Over {
    /// `ImageLimits::unpacked_bytes`.
    Bytes,
    /// `ImageLimits::index_bytes`.
    Index,
}

impl Budget {
    pub(crate) fn new(limits: &ImageLimits) -> Self {
        Self { bytes: AtomicU64::new(limits.unpacked_bytes), index: AtomicU64::new(limits.index_bytes) }
    }

    /// Takes unpacked bytes off.
    pub(super) fn take_bytes(&self, bytes: u64) -> Result<(), Over> {
        take(&self.bytes, bytes).ok_or(Over::Bytes)
    }

    /// Takes the weight of an entry, or of many, off.
    pub(crate) fn take_index(&self, weight: u64) -> Result<(), Over> {
        take(&self.index, weight).ok_or(Over::Index)
    }
}

impl Over {
    /// The finding, for the image.
    pub(crate) fn finding(self, limits: &ImageLimits) -> Finding {
        let (observed, most) = match self {
            Self::Bytes => ("the image unpacks to more than", limits.unpacked_bytes),
            Self::Index => ("the list of the image's files takes more than", limits.index_bytes),
        };
        Finding::error(Code::IMG_003, format!("{observed} {most} bytes"), format!("at most {most} bytes"))
    }
}

/// Nothing is taken when fewer are left.
fn take(left: &AtomicU64, wanted: u64) -> Option<()> {
    left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(wanted)).ok().map(drop)
}
