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

    /// The record in a file; nothing when it is torn.
    pub(super) fn read(path: &Path) -> Option<Self> {
        serde_json::from_slice(&fs::read(path).ok()?).ok()
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
