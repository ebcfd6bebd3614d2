//! The blobs that records name.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use assay_core::digest::Algorithm;
use assay_core::ledger::{self, Transaction};
use assay_core::registry::{BlobState, StoredBlob};
use assay_core::{Digest, Ledger, Refused};
use sha2::{Sha256, Sha512};

/// Blobs read from the records at a time.
const STRIDE: u32 = 1000;

/// Does something with every blob that is in use.
pub(super) fn each(
    records: &dyn Ledger,
    mut visit: impl FnMut(&StoredBlob) -> Result<(), Refused>,
) -> Result<(), Refused> {
    let mut after = None;
    loop {
        let next = |records: &dyn Transaction| records.blobs(after.as_ref(), STRIDE);
        let blobs = ledger::read(records, next)?;
        for blob in blobs.iter().filter(|blob| blob.state == BlobState::Live) {
            visit(blob)?;
        }
        match blobs.last() {
            Some(last) => after = Some(last.digest.clone()),
            None => return Ok(()),
        }
    }
}

/// Where a blob lies below a data folder or a backup.
pub(super) fn place(folder: &Path, digest: &Digest) -> PathBuf {
    let hex = digest.hex();
    folder.join("blobs").join(digest.algorithm().name()).join(hex.get(..2).unwrap_or_default()).join(hex)
}

/// Whether a file's bytes are those of the digest.
pub(super) fn is_whole(file: &Path, digest: &Digest) -> io::Result<bool> {
    let hash = match digest.algorithm() {
        Algorithm::Sha256 => hashed::<Sha256>(file)?,
        Algorithm::Sha512 => hashed::<Sha512>(file)?,
    };
    Ok(Digest::from_hash(digest.algorithm(), &hash).is_ok_and(|found| found == *digest))
}

fn hashed<H: sha2::Digest>(file: &Path) -> io::Result<Vec<u8>> {
    let (mut file, mut hasher, mut piece) = (File::open(file)?, H::new(), vec![0; 1 << 20]);
    loop {
        let read = file.read(&mut piece)?;
        if read == 0 {
            return Ok(hasher.finalize().to_vec());
        }
        hasher.update(piece.get(..read).unwrap_or_default());
    }
}
