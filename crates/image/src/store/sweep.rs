//! Clearing up: layers nobody used for long, and what interrupted work left.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use assay_core::Fault;

use super::Store;
use super::lock::try_exclusively;
use super::staging::remove_tree;
use crate::layer::read_index;

/// What a sweep removed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Swept {
    /// Layers removed.
    pub removed_layers: u64,
    /// Room they took, in bytes.
    pub removed_bytes: u64,
    /// Leftovers of interrupted work removed.
    pub leftovers: u64,
    /// Room still taken by layers, in bytes.
    pub kept_bytes: u64,
}

/// A layer that may have to go.
struct Candidate {
    dir: PathBuf,
    bytes: u64,
    used: Timestamp,
}

impl Store {
    /// Removes layers not used within `max_age` before `now`, then the longest unused until at most `max_bytes` are
    /// left. Layers in use stay. Also waits until the layers that stay have reached the disk ([`Store::settle`]).
    pub fn sweep(&self, max_bytes: u64, max_age: Duration, now: Timestamp) -> Result<Swept, Fault> {
        self.settle()?;
        let mut swept = Swept::default();
        {
            let _alone = self.exclude()?;
            let candidates = self.candidates()?;
            swept.kept_bytes = candidates.iter().map(|candidate| candidate.bytes).sum();
            for candidate in candidates {
                let old = now.duration_since(candidate.used)
                    > SignedDuration::try_from(max_age).unwrap_or(SignedDuration::MAX);
                if (old || swept.kept_bytes > max_bytes) && self.retire(&candidate.dir)? {
                    swept.removed_layers += 1;
                    swept.removed_bytes += candidate.bytes;
                    swept.kept_bytes -= candidate.bytes;
                }
            }
            self.forget_blobs()?;
        }
        // What was retired is in the staging folder now and no longer held by anybody.
        swept.leftovers = self.clear_leftovers()?.saturating_sub(swept.removed_layers);
        Ok(swept)
    }

    /// Removes what lies in the staging folder and is not being worked on; returns how many things that were.
    pub(super) fn clear_leftovers(&self) -> Result<u64, Fault> {
        let _alone = self.exclude()?;
        let failed = |cause| Fault::io(format!("clearing `{}`", self.folders.staging.display()), cause);
        let mut removed = 0;
        for entry in fs::read_dir(&self.folders.staging).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            // Made and locked under the shared lock, so what is not locked has lost its maker.
            let Ok(lock) = File::open(&path) else { continue };
            if try_exclusively(&lock) {
                remove_tree(&path).map_err(failed)?;
                removed += 1;
            }
        }
        Ok(removed)
    }

    /// All layers, the longest unused first.
    fn candidates(&self) -> Result<Vec<Candidate>, Fault> {
        let mut candidates: Vec<Candidate> = self.layer_dirs()?.into_iter().map(candidate).collect();
        candidates.sort_by(|a, b| (a.used, &a.dir).cmp(&(b.used, &b.dir)));
        Ok(candidates)
    }

    /// Moves a layer nobody uses to the staging folder; false when it is in use.
    fn retire(&self, dir: &Path) -> Result<bool, Fault> {
        let failed = |cause| Fault::io(format!("removing `{}`", dir.display()), cause);
        let lock = File::open(dir).map_err(failed)?;
        if !try_exclusively(&lock) {
            return Ok(false);
        }
        let Some(name) = dir.file_name() else { return Ok(false) };
        fs::rename(dir, self.folders.staging.join(name)).map_err(failed)?;
        Ok(true)
    }

    /// Forgets blobs whose layer is gone.
    fn forget_blobs(&self) -> Result<(), Fault> {
        let failed = |cause| Fault::io(format!("clearing `{}`", self.folders.blobs.display()), cause);
        for entry in fs::read_dir(&self.folders.blobs).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            let diff_id =
                fs::read_to_string(&path).ok().and_then(|text| text.split(' ').next()?.parse().ok());
            if !diff_id.is_some_and(|diff_id| self.layer_dir(&diff_id).exists()) {
                fs::remove_file(&path).map_err(failed)?;
            }
        }
        Ok(())
    }
}

/// A layer whose index cannot be read is as old as can be.
fn candidate(dir: PathBuf) -> Candidate {
    let index = dir.join("index");
    let bytes = read_index(&index).map_or(0, |index| index.measures.disk_bytes);
    let used = fs::metadata(&index).and_then(|found| found.modified()).ok();
    let used = used.and_then(|time| Timestamp::try_from(time).ok()).unwrap_or(Timestamp::MIN);
    Candidate { dir, bytes, used }
}
