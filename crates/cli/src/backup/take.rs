//! `assay backup`

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use assay_app::Refused;
use assay_core::{Clock, Digest, Fault, Rejection};
use assay_store::Database;

use super::label::{FORMAT, Label};
use super::{RECORDS, TREES, blobs, tree};
use crate::folder::DataFolder;
use crate::system::SystemClock;

/// What was taken.
#[derive(Debug)]
pub(crate) struct Taken {
    /// Blobs.
    pub(crate) blobs: u64,
    /// Their bytes.
    pub(crate) bytes: u64,
    /// Blobs in use that were not there.
    pub(crate) missing: Vec<Digest>,
}

/// Takes a backup of the data folder to `target`, a new folder. The service may run.
///
/// The records are copied first, and then whatever they name: bytes come before the records that name them, and go after
/// them. Before anything is copied for long, every blob gets a second name within the data folder, so that a collection
/// meanwhile takes nothing away.
pub(crate) fn take(folder: &DataFolder, target: &Path) -> Result<Taken, Refused> {
    let records = folder.records();
    if !records.exists() {
        let message = format!("no service has its data in `{}`", folder.root().display());
        return Err(Rejection::new("no-installation", message)
            .hint("name its folder with `--data DIR`")
            .into());
    }
    let target = new_place(target)?;
    let aside = aside(&target)?;
    Database::open(&records)?.copy_to(&aside.path().join(RECORDS))?;
    let held = folder.new_run()?;
    let (taken, digests) = hold(folder, aside.path(), held.path())?;
    let failed = |cause| Fault::io(format!("writing the backup `{}`", target.display()), cause);
    for digest in &digests {
        let to = blobs::place(aside.path(), digest);
        to.parent().map_or(Ok(()), fs::create_dir_all).map_err(failed)?;
        tree::bring(&blobs::place(held.path(), digest), &to).map_err(failed)?;
    }
    let bring = |from: &Path, to: &Path| tree::bring(from, to).map(drop);
    for name in TREES {
        tree::bring_all(&folder.root().join(name), &aside.path().join(name), &bring).map_err(failed)?;
    }
    label(&taken).write(aside.path())?;
    place(aside, &target).map_err(failed)?;
    Ok(taken)
}

/// Gives every blob that the copied records name a second name below `held`.
fn hold(folder: &DataFolder, copy: &Path, held: &Path) -> Result<(Taken, BTreeSet<Digest>), Refused> {
    let records = Database::open(&copy.join(RECORDS))?;
    let mut taken = Taken { blobs: 0, bytes: 0, missing: Vec::new() };
    let mut digests = BTreeSet::new();
    blobs::each(&records, |blob| {
        let (from, to) = (blobs::place(folder.root(), &blob.digest), blobs::place(held, &blob.digest));
        let failed = |cause: io::Error| Fault::io(format!("taking blob {}", blob.digest), cause);
        to.parent().map_or(Ok(()), fs::create_dir_all).map_err(failed)?;
        if tree::bring(&from, &to).map_err(failed)? {
            taken.blobs += 1;
            taken.bytes += blob.size;
            digests.insert(blob.digest.clone());
        } else {
            taken.missing.push(blob.digest.clone());
        }
        Ok(())
    })?;
    Ok((taken, digests))
}

fn label(taken: &Taken) -> Label {
    Label {
        format: FORMAT,
        made_at: SystemClock::new().now(),
        release: env!("CARGO_PKG_VERSION").into(),
        blobs: taken.blobs,
        bytes: taken.bytes,
        missing: taken.missing.clone(),
    }
}

/// The target's path, when nothing is there yet.
fn new_place(target: &Path) -> Result<PathBuf, Refused> {
    let target = std::path::absolute(target).map_err(|cause| Fault::io("finding the target", cause))?;
    if target.exists() {
        let message = format!("`{}` is there already", target.display());
        return Err(Rejection::new("target-exists", message)
            .hint("name a folder that is not there yet")
            .into());
    }
    crate::place::refuse_closed(&target)?;
    Ok(target)
}

/// Where the backup is made; only its owner may look in, for the records hold secrets.
fn aside(target: &Path) -> Result<tempfile::TempDir, Refused> {
    let parent = target.parent().unwrap_or(Path::new("/"));
    let made = || -> io::Result<tempfile::TempDir> {
        fs::create_dir_all(parent)?;
        let owner = fs::Permissions::from_mode(0o700);
        tempfile::Builder::new().prefix(".assay-backup-").permissions(owner).tempdir_in(parent)
    };
    made().map_err(|cause| Fault::io(format!("making a folder in `{}`", parent.display()), cause).into())
}

fn place(aside: tempfile::TempDir, target: &Path) -> io::Result<()> {
    fs::rename(aside.path(), target)?;
    let _ = aside.keep();
    fs::File::open(target.parent().unwrap_or(Path::new("/")))?.sync_all()
}
