//! What the next process has to know of an upload.

use std::fs::{self, OpenOptions};
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::Path;

use assay_core::digest::Algorithm;
use assay_core::registry::RepositoryName;
use assay_core::{Fault, OrgId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Purpose;
use crate::files::{Checkpoint, Hasher, out_of_space};

/// Length of the file. One write within a page is seen whole or not at all by whoever reads after the process died.
const LENGTH: usize = 2048;

#[derive(Serialize, Deserialize)]
pub(super) struct Record {
    repository: RepositoryName,
    org: OrgId,
    actor: String,
    sha512: bool,
    offset: u64,
    hash: String,
    pub(super) boot: String,
    pub(super) touched_at: Timestamp,
}

impl Record {
    pub(super) fn of(purpose: &Purpose, at: &Checkpoint, boot: &str, now: Timestamp) -> Self {
        Self {
            repository: purpose.repository.clone(),
            org: purpose.org,
            actor: purpose.actor.clone(),
            sha512: purpose.algorithm == Algorithm::Sha512,
            offset: at.offset,
            hash: at.hasher.save(),
            boot: boot.into(),
            touched_at: now,
        }
    }

    /// The record in a file; nothing when it is torn. What follows it is left of a longer one.
    pub(super) fn read(path: &Path) -> Option<Self> {
        let text = fs::read(path).ok()?;
        serde_json::Deserializer::from_slice(&text).into_iter().next()?.ok()
    }

    /// Writes the record over the one before.
    pub(super) fn write(&self, path: &Path) -> Result<(), Fault> {
        let mut text =
            serde_json::to_vec(self).map_err(|cause| Fault::new("json", "noting an upload", cause))?;
        text.resize(text.len().max(LENGTH), b' ');
        OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .mode(0o600)
            .open(path)
            .and_then(|file| file.write_all_at(&text, 0))
            .map_err(|cause| out_of_space(format!("noting upload `{}`", path.display()), &cause))
    }

    pub(super) fn purpose(&self) -> Purpose {
        Purpose {
            repository: self.repository.clone(),
            org: self.org,
            actor: self.actor.clone(),
            algorithm: self.algorithm(),
        }
    }

    pub(super) fn checkpoint(&self) -> Option<Checkpoint> {
        let hasher = Hasher::restore(self.algorithm(), &self.hash)?;
        Some(Checkpoint { offset: self.offset, hasher })
    }

    fn algorithm(&self) -> Algorithm {
        if self.sha512 { Algorithm::Sha512 } else { Algorithm::Sha256 }
    }
}

/// The upload that a file is the record of.
pub(super) fn id_of(path: &Path) -> Option<Uuid> {
    path.file_name()?.to_str()?.strip_suffix(".session")?.parse().ok()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_shorter_record_over_a_longer_one_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("one.session");
        let write = |length: usize| {
            let purpose = Purpose {
                repository: "7/a".parse().unwrap(),
                org: OrgId(7),
                actor: "a".repeat(length),
                algorithm: Algorithm::Sha256,
            };
            let start = Checkpoint::start(Algorithm::Sha256);
            Record::of(&purpose, &start, "boot", Timestamp::UNIX_EPOCH).write(&path).unwrap();
            Record::read(&path).unwrap().purpose().actor.len()
        };
        assert_eq!((write(5000), write(3000), write(10)), (5000, 3000, 10));
    }
}
