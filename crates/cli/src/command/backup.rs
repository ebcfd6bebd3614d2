//! `assay backup` and `assay restore`

use std::path::PathBuf;

use assay_app::Refused;
use assay_core::Digest;

use super::Global;
use crate::backup;
use crate::exit::Exit;
use crate::render::paragraph::counted;
use crate::terminal;

/// Copy everything a service has to a new folder, while it runs.
///
/// Records are copied as of one moment, with every blob they name, evidence, deployed images and the vulnerability
/// database. On the same file system files are shared and not copied: carry the folder elsewhere, or name a target on
/// another disk.
#[derive(clap::Args, Debug)]
pub(super) struct Backup {
    /// Folder to make
    #[arg(value_name = "TARGET")]
    target: PathBuf,
}

/// Bring a backup back into a new or empty data folder, comparing every blob with its digest.
#[derive(clap::Args, Debug)]
pub(super) struct Restore {
    /// Folder made by `assay backup`
    #[arg(value_name = "BACKUP")]
    backup: PathBuf,
}

impl Backup {
    pub(super) fn run(self, global: &Global) -> Result<Exit, Refused> {
        let taken = backup::take(&global.folder()?, &self.target)?;
        told("backed up", taken.blobs, taken.bytes, &taken.missing)
    }
}

impl Restore {
    pub(super) fn run(self, global: &Global) -> Result<Exit, Refused> {
        let restored = backup::restore(&self.backup, &global.folder()?)?;
        told("restored", restored.blobs, restored.bytes, &restored.lost)
    }
}

fn told(done: &str, blobs: u64, bytes: u64, missing: &[Digest]) -> Result<Exit, Refused> {
    let blobs = counted(usize::try_from(blobs).unwrap_or(usize::MAX), "blob");
    terminal::print(&format!("{done} records and {blobs} of {} MB\n", bytes.div_ceil(1_000_000)))?;
    for digest in missing {
        terminal::note(&format!("missing: blob {digest}; push its image again"));
    }
    Ok(if missing.is_empty() { Exit::Good } else { Exit::Inconclusive })
}
