//! `assay restore`

use std::fs;
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;

use assay_app::Refused;
use assay_core::{Digest, Fault, Rejection};
use assay_store::Database;

use super::label::Label;
use super::{RECORDS, TREES, blobs, tree};
use crate::folder::DataFolder;
use crate::serve::UNFINISHED;

/// What was brought back.
#[derive(Debug)]
pub(crate) struct Restored {
    /// Blobs.
    pub(crate) blobs: u64,
    /// Their bytes.
    pub(crate) bytes: u64,
    /// Blobs in use that the backup does not have, or not with the right bytes.
    pub(crate) lost: Vec<Digest>,
}

/// Brings a backup back into an empty data folder. Everything is copied; every blob is compared with its digest. Until all
/// is there the folder is marked, and no service starts on it.
pub(crate) fn restore(backup: &Path, folder: &DataFolder) -> Result<Restored, Refused> {
    Label::read(backup)?;
    refuse_damaged(&backup.join(RECORDS))?;
    let root = folder.root();
    refuse_used(root)?;
    let failed = |cause: io::Error| Fault::io(format!("restoring to `{}`", root.display()), cause);
    fs::DirBuilder::new().recursive(true).mode(0o700).create(root).map_err(failed)?;
    fs::write(root.join(UNFINISHED), "").map_err(failed)?;
    tree::copy(&backup.join(RECORDS), &folder.records()).map_err(failed)?;
    for name in TREES {
        tree::bring_all(&backup.join(name), &root.join(name), &tree::copy).map_err(failed)?;
    }
    let restored = bring_blobs(backup, folder)?;
    fs::File::open(root).and_then(|folder| folder.sync_all()).map_err(failed)?;
    fs::remove_file(root.join(UNFINISHED)).map_err(failed)?;
    Ok(restored)
}

fn bring_blobs(backup: &Path, folder: &DataFolder) -> Result<Restored, Refused> {
    let records = Database::open(&folder.records())?;
    let mut restored = Restored { blobs: 0, bytes: 0, lost: Vec::new() };
    blobs::each(&records, |blob| {
        let (from, to) = (blobs::place(backup, &blob.digest), blobs::place(folder.root(), &blob.digest));
        if bring_blob(&from, &to, &blob.digest)
            .map_err(|cause| Fault::io(format!("restoring blob {}", blob.digest), cause))?
        {
            restored.blobs += 1;
            restored.bytes += blob.size;
        } else {
            restored.lost.push(blob.digest.clone());
        }
        Ok(())
    })?;
    Ok(restored)
}

/// Copies a blob; `false` when there is none of these bytes.
fn bring_blob(from: &Path, to: &Path, digest: &Digest) -> io::Result<bool> {
    if !from.exists() {
        return Ok(false);
    }
    to.parent().map_or(Ok(()), fs::create_dir_all)?;
    tree::copy(from, to)?;
    let whole = blobs::is_whole(to, digest)?;
    if !whole {
        fs::remove_file(to)?;
    }
    Ok(whole)
}

fn refuse_damaged(records: &Path) -> Result<(), Refused> {
    let faults = Database::faults_of(records)?;
    let Some(first) = faults.first() else { return Ok(()) };
    let message = format!("the records in the backup are damaged: {first}");
    Err(Rejection::new("backup-damaged", message).hint("restore another backup").into())
}

fn refuse_used(root: &Path) -> Result<(), Refused> {
    match fs::read_dir(root).map(|mut entries| entries.next().is_none()) {
        Ok(true) => Ok(()),
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(cause) => Err(Fault::io(format!("looking into `{}`", root.display()), cause).into()),
        Ok(false) => {
            let message = format!("`{}` is not empty", root.display());
            Err(Rejection::new("data-not-empty", message)
                .hint("name a new or empty folder with `--data DIR`")
                .into())
        }
    }
}
