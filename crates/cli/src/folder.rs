//! The data folder: caches, the vulnerability database and the folders of running certifications.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use assay_app::Refused;
use assay_core::{Fault, Rejection};
use rustix::fs::{FlockOperation, flock};
use tempfile::TempDir;

/// Where everything that outlives a command is kept.
#[derive(Clone, Debug)]
pub(crate) struct DataFolder {
    root: PathBuf,
}

impl DataFolder {
    /// The folder asked for with `--data` or in `ASSAY_DATA`; otherwise the XDG default, `$XDG_DATA_HOME/assay` or
    /// `~/.local/share/assay` (XDG Base Directory Specification 0.8).
    pub(crate) fn choose(asked: Option<&Path>) -> Result<Self, Refused> {
        let root =
            asked.map(Path::to_owned).or_else(from_environment).or_else(xdg_default).ok_or_else(|| {
                Rejection::new("no-data-folder", "there is no home folder to keep data in")
                    .hint("name a folder with `--data DIR` or in ASSAY_DATA")
            })?;
        // Runs change their working directory and the kernel wants absolute mount sources.
        let root = std::path::absolute(&root).map_err(|cause| Fault::io("finding the data folder", cause))?;
        Ok(Self { root })
    }

    /// The folder itself.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// The service's records.
    pub(crate) fn records(&self) -> PathBuf {
        self.root.join("records.db")
    }

    /// Evidence of certifications, by build.
    pub(crate) fn evidence(&self) -> PathBuf {
        self.root.join("evidence")
    }

    /// Uploaded archives that wait to be read.
    pub(crate) fn archives(&self) -> PathBuf {
        self.root.join("archives")
    }

    /// Unpacked layers.
    pub(crate) fn images(&self) -> PathBuf {
        self.root.join("images")
    }

    /// The vulnerability database.
    pub(crate) fn database(&self) -> PathBuf {
        self.root.join("database")
    }

    /// What the sandbox keeps.
    pub(crate) fn sandbox(&self) -> PathBuf {
        self.root.join("sandbox")
    }

    /// A new folder for a certification, gone when the value is dropped. Folders whose certification was killed are
    /// swept on the way.
    pub(crate) fn new_run(&self) -> Result<RunFolder, Refused> {
        let runs = self.root.join("runs");
        RunFolder::make(&runs).map_err(|cause| {
            let fault = Fault::io(format!("making a folder for the run in `{}`", runs.display()), cause);
            fault.hint("name a writable data folder with `--data DIR` or in ASSAY_DATA").into()
        })
    }
}

/// The folder of a certification under way. While it is in use its lock is held, so that nobody sweeps it.
#[derive(Debug)]
pub(crate) struct RunFolder {
    folder: TempDir,
    _lock: File,
}

impl RunFolder {
    fn make(runs: &Path) -> io::Result<Self> {
        fs::create_dir_all(runs)?;
        // Whoever makes or sweeps does so alone: a folder is never seen between its making and its locking.
        let gate = File::create(runs.join("lock"))?;
        flock(&gate, FlockOperation::LockExclusive)?;
        sweep(runs)?;
        let folder = tempfile::Builder::new().prefix("run-").tempdir_in(runs)?;
        let lock = File::open(folder.path())?;
        flock(&lock, FlockOperation::LockShared)?;
        Ok(Self { folder, _lock: lock })
    }

    /// Its path.
    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }
}

/// Removes the folders whose owner is gone: those on which nobody holds a lock.
fn sweep(runs: &Path) -> io::Result<()> {
    for entry in fs::read_dir(runs)? {
        let path = entry?.path();
        if !path.is_dir() {
            continue;
        }
        let abandoned = flock(File::open(&path)?, FlockOperation::NonBlockingLockExclusive).is_ok();
        if abandoned {
            fs::remove_dir_all(&path)?;
        }
    }
    Ok(())
}

/// Read here and not by clap, whose usage lines would show the flag as one that has to be given.
fn from_environment() -> Option<PathBuf> {
    variable("ASSAY_DATA").map(PathBuf::from)
}

/// A variable of the environment. An empty one counts as unset, as shells have it.
pub(crate) fn variable(name: &str) -> Option<OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}

/// An environment variable counts only when it is an absolute path, as the specification demands.
fn xdg_default() -> Option<PathBuf> {
    let absolute = |name| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let base = absolute("XDG_DATA_HOME").or_else(|| Some(absolute("HOME")?.join(".local/share")))?;
    Some(base.join("assay"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_in_use_is_kept_and_an_abandoned_one_is_swept() {
        let home = tempfile::tempdir().unwrap();
        let data = DataFolder::choose(Some(home.path())).unwrap();
        let used = data.new_run().unwrap();
        let abandoned = home.path().join("runs/run-gone");
        fs::create_dir_all(abandoned.join("deep")).unwrap();
        let other = data.new_run().unwrap();
        assert!(used.path().exists() && other.path().exists() && !abandoned.exists());
        let path = used.path().to_owned();
        drop(used);
        assert!(!path.exists(), "a finished run leaves nothing");
    }
}
