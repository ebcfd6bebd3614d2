//! What a backup says of itself.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

use assay_app::Refused;
use assay_core::{Digest, Fault, Rejection};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The form of backups that this release writes.
pub(super) const FORMAT: u32 = 1;

const FILE: &str = "backup.json";

/// `backup.json`
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Label {
    pub(super) format: u32,
    pub(super) made_at: Timestamp,
    /// The release that made it.
    pub(super) release: String,
    pub(super) blobs: u64,
    pub(super) bytes: u64,
    /// Blobs that the records name and that were not there.
    #[serde(default)]
    pub(super) missing: Vec<Digest>,
}

impl Label {
    pub(super) fn write(&self, folder: &Path) -> Result<(), Refused> {
        let written = || -> io::Result<()> {
            let mut file = File::create(folder.join(FILE))?;
            serde_json::to_writer_pretty(&mut file, self)?;
            file.write_all(b"\n")?;
            file.sync_all()?;
            File::open(folder)?.sync_all()
        };
        written().map_err(|cause| Fault::io("labelling the backup", cause).into())
    }

    /// Reads a backup's label.
    pub(super) fn read(folder: &Path) -> Result<Self, Refused> {
        let none = |why: &str| {
            let message = format!("`{}` is no backup of ours: {why}", folder.display());
            Rejection::new("no-backup", message).hint("name a folder made by `assay backup`")
        };
        let bytes = std::fs::read(folder.join(FILE)).map_err(|_| none("it has no readable `backup.json`"))?;
        let form: Form = serde_json::from_slice(&bytes).map_err(|_| none("its `backup.json` is damaged"))?;
        if form.format > FORMAT {
            let message = format!(
                "the backup was made by a newer release: its form is {}, this release knows up to {FORMAT}",
                form.format
            );
            return Err(Rejection::new("backup-newer", message)
                .hint("use the release that made it, or a newer one")
                .into());
        }
        serde_json::from_slice(&bytes).map_err(|_| none("its `backup.json` is damaged").into())
    }
}

/// The one part that every release can read.
#[derive(Deserialize)]
struct Form {
    format: u32,
}
