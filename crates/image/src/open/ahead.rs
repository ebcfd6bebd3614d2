//! Unpacking a layer before anybody has said which image it belongs to.

use std::io::{Cursor, Read};

use assay_core::{Digest, Fault};

use crate::document::media::Encoding;
use crate::layer::{Budget, LayerTrouble, Promise, Unpacked, sniff, unpack};
use crate::limits::ImageLimits;
use crate::store::{KnownBlob, Store};

/// Where a tar archive says that it is one (POSIX.1-1988 `ustar`, and what GNU tar writes).
const MAGIC_AT: usize = 257;
const MAGIC: &[u8] = b"ustar";

/// What came of unpacking a blob ahead.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unpacking {
    /// The layer is in the store now.
    Done,
    /// It was there.
    Known,
    /// It is no layer, or one that is told of when its image is opened.
    Unfit,
}

/// Unpacks the blob `digest` of `size` bytes into `store`, if it is a layer. An image opened later finds it there, under the
/// diff id that was computed here; whatever is wrong with the blob is left for that time to tell.
///
/// # Errors
/// A fault when reading or the disk fails.
pub fn unpack_ahead(
    digest: &Digest,
    size: u64,
    mut blob: impl Read + Send,
    limits: &ImageLimits,
    store: &Store,
) -> Result<Unpacking, Fault> {
    if store.has_layer_of(digest) {
        return Ok(Unpacking::Known);
    }
    let mut start = Vec::new();
    (&mut blob)
        .take(512)
        .read_to_end(&mut start)
        .map_err(|cause| Fault::io(format!("reading the blob {digest}"), cause).retryable())?;
    if !may_be_a_layer(&start) {
        return Ok(Unpacking::Unfit);
    }
    let promise =
        Promise { digest: Some(digest.clone()), size: Some(size), encoding: Encoding::Unsaid, diff_id: None };
    let staging = store.stage()?;
    let whole = Cursor::new(start).chain(blob);
    let unpacked = match unpack(whole, &promise, staging.rootfs()?, limits, &Budget::new(limits)) {
        Ok(unpacked) => unpacked,
        Err(LayerTrouble::Fault(fault)) => return Err(fault),
        Err(LayerTrouble::Bad(_) | LayerTrouble::OverBudget(_)) => return Ok(Unpacking::Unfit),
    };
    let Unpacked { index, blob, diff_id, encoding } = unpacked;
    staging.write_index(&index)?;
    store.publish(staging, &diff_id)?;
    store.remember_blob(&blob, &KnownBlob::of(&diff_id, size, encoding))?;
    Ok(Unpacking::Done)
}

fn may_be_a_layer(start: &[u8]) -> bool {
    match sniff(start) {
        Encoding::Gzip | Encoding::Zstd => true,
        Encoding::Plain | Encoding::Unsaid => {
            start.get(MAGIC_AT..).is_some_and(|rest| rest.starts_with(MAGIC))
        }
    }
}
