//! Images of a store of blobs in the same house, whose bytes were checked when they came in.

use std::io::{self, Cursor, Read};

use assay_core::{Digest, Fault};

use super::{Address, BlobError, Source};

/// A store of blobs and documents by their digests. What it hands out is checked against the digest all the same when it
/// is read; what was read before is not read again.
pub trait Blobs: Send + Sync {
    /// A configuration or layer; nothing when it is not there.
    ///
    /// # Errors
    /// Trouble of the disk.
    fn blob(&self, digest: &Digest) -> io::Result<Option<Box<dyn Read + Send>>>;

    /// A manifest or index; nothing when it is not there.
    ///
    /// # Errors
    /// Trouble of the disk or the records.
    fn document(&self, digest: &Digest) -> io::Result<Option<Vec<u8>>>;
}

/// The same as a source.
pub(crate) struct BlobSource<'a>(pub(crate) &'a dyn Blobs);

impl Source for BlobSource<'_> {
    fn blob(&self, address: &Address) -> Result<Box<dyn Read + Send>, BlobError> {
        let Address::Blob { digest, document, .. } = address else { return Err(BlobError::Missing) };
        let found = if *document {
            let whole = self.0.document(digest);
            whole.map(|bytes| bytes.map(|bytes| Box::new(Cursor::new(bytes)) as Box<dyn Read + Send>))
        } else {
            self.0.blob(digest)
        };
        found
            .map_err(|cause| Fault::io(format!("opening the blob {digest}"), cause).retryable())?
            .ok_or(BlobError::Missing)
    }

    fn is_local(&self) -> bool {
        false
    }
}
