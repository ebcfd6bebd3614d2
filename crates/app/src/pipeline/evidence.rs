//! What certifications leave behind, as folders by build and attempt.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use assay_core::report::{Report, junit, sarif};
use assay_core::work::Lease;
use assay_core::{BuildId, Fault};
use tempfile::TempDir;

use super::placing::place;

/// Bundles in the making.
const ASIDE: &str = "aside";

/// The folder of all bundles.
#[derive(Clone, Copy)]
pub(super) struct Evidence<'a> {
    pub(super) folder: &'a Path,
}

/// A bundle in the making; gone when it is dropped before it is kept.
pub(super) struct Aside {
    made: TempDir,
    target: PathBuf,
    name: String,
}

impl Evidence<'_> {
    /// Begins the bundle of one attempt.
    pub(super) fn begin(&self, build: BuildId, lease: &Lease) -> Result<Aside, Fault> {
        let aside = self.folder.join(ASIDE);
        let made = fs::create_dir_all(&aside)
            .and_then(|()| tempfile::Builder::new().prefix("certification-").tempdir_in(&aside))
            .map_err(|cause| Fault::io(format!("making a folder in `{}`", aside.display()), cause))?;
        let name = format!("{build}/{}-{}", lease.work.id.0, lease.token);
        Ok(Aside { made, target: self.folder.join(&name), name })
    }

    /// Clears what attempts that died left.
    pub(super) fn sweep(&self) -> Result<(), Fault> {
        let aside = self.folder.join(ASIDE);
        match fs::remove_dir_all(&aside) {
            Err(cause) if cause.kind() != io::ErrorKind::NotFound => {
                Err(Fault::io(format!("clearing `{}`", aside.display()), cause))
            }
            _ => Ok(()),
        }
    }
}

impl Aside {
    /// Where the runs leave what they leave.
    pub(super) fn path(&self) -> &Path {
        self.made.path()
    }

    /// Adds the report in every form and puts the whole in its place. Returns its name among the bundles. A bundle of the
    /// same attempt can only be one whose process died before the attempt ended.
    pub(super) fn keep(self, report: &Report, manifest: Option<&[u8]>) -> Result<String, Fault> {
        let failed = |cause: io::Error| Fault::io(format!("keeping the evidence `{}`", self.name), cause);
        let file = |name: &str, bytes: &[u8]| fs::write(self.made.path().join(name), bytes);
        file("report.json", &text(report)?).map_err(failed)?;
        file("report.sarif", &text(&sarif(report))?).map_err(failed)?;
        let xml = junit(report).map_err(failed)?;
        file("report.junit.xml", xml.as_bytes()).map_err(failed)?;
        if let Some(manifest) = manifest {
            file("manifest.json", manifest).map_err(failed)?;
        }
        place(self.made.path(), &self.target).map_err(failed)?;
        let _moved = self.made.keep();
        Ok(self.name)
    }
}

fn text(value: &impl serde::Serialize) -> Result<Vec<u8>, Fault> {
    let text = serde_json::to_string_pretty(value);
    let text = text.map_err(|cause| Fault::new("render", "writing the report", cause))?;
    Ok((text + "\n").into_bytes())
}
