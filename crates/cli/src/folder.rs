//! The data folder: caches, the vulnerability database and the folders of running certifications.

use std::path::{Path, PathBuf};

use assay_app::Refused;
use assay_core::{Fault, Rejection};

/// Where everything that outlives a command is kept.
#[derive(Clone, Debug)]
pub(crate) struct DataFolder {
    root: PathBuf,
}

impl DataFolder {
    /// The folder asked for with `--data` or `ASSAY_DATA`; otherwise the XDG default, `$XDG_DATA_HOME/assay` or
    /// `~/.local/share/assay` (XDG Base Directory Specification 0.8).
    pub(crate) fn choose(asked: Option<&Path>) -> Result<Self, Refused> {
        let root = asked.map(Path::to_owned).or_else(xdg_default).ok_or_else(|| {
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

    /// Unpacked layers.
    pub(crate) fn images(&self) -> PathBuf {
        self.root.join("images")
    }

    /// The vulnerability database.
    pub(crate) fn database(&self) -> PathBuf {
        self.root.join("database")
    }

    /// One folder per certification under way.
    pub(crate) fn runs(&self) -> PathBuf {
        self.root.join("runs")
    }
}

/// An environment variable counts only when it is an absolute path, as the specification demands.
fn xdg_default() -> Option<PathBuf> {
    let absolute = |name| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let base = absolute("XDG_DATA_HOME").or_else(|| Some(absolute("HOME")?.join(".local/share")))?;
    Some(base.join("assay"))
}
