//! The evidence bundle: everything a certification found, as a folder to keep or to hand on.

use std::fs;
use std::io;
use std::path::Path;

use assay_core::{Fault, Rejection};

use super::Certified;
use crate::Refused;

/// A file of the bundle that the caller has rendered: its name and its text.
pub type Rendering = (&'static str, String);

/// The file by which a bundle is known.
const MARK: &str = "report.json";

/// Writes the bundle to `folder`: the renderings, the manifest as found and as understood, and what the runs left
/// behind (logs, packets, outputs). Written aside and renamed, so that a bundle is whole or not there. An earlier bundle
/// is replaced; refused when the folder holds anything else.
pub fn write_bundle(folder: &Path, certified: &Certified, renderings: &[Rendering]) -> Result<(), Refused> {
    refuse_foreign(folder)?;
    let fault = |cause| Fault::io(format!("writing the evidence to `{}`", folder.display()), plain(&cause));
    let absolute = std::path::absolute(folder).map_err(fault)?;
    let parent = absolute.parent().unwrap_or(&absolute);
    fs::create_dir_all(parent).map_err(fault)?;
    let aside = tempfile::Builder::new().prefix(".assay-report-").tempdir_in(parent).map_err(fault)?;
    fill(aside.path(), certified, renderings).map_err(fault)?;
    replace(&absolute, aside).map_err(fault)?;
    Ok(())
}

/// The error without the name of the temporary folder, of which the caller has never heard.
fn plain(cause: &io::Error) -> String {
    if cause.get_ref().is_some() { cause.kind().to_string() } else { cause.to_string() }
}

/// Refuses a folder that is neither absent, empty nor an earlier bundle. Worth asking before the work begins.
pub fn refuse_foreign(folder: &Path) -> Result<(), Refused> {
    let empty = match fs::read_dir(folder).map(|mut entries| entries.next().is_none()) {
        Ok(empty) => empty,
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => true,
        Err(cause) if cause.kind() == io::ErrorKind::NotADirectory => false,
        Err(cause) => return Err(Fault::io(format!("looking into `{}`", folder.display()), cause).into()),
    };
    if empty || is_bundle(folder) {
        return Ok(());
    }
    let occupied = format!("`{}` holds something else", folder.display());
    let hint = "name a folder that is new, empty or an earlier report";
    Err(Rejection::new("report-folder-occupied", occupied).hint(hint).into())
}

fn is_bundle(folder: &Path) -> bool {
    let report = fs::read(folder.join(MARK)).ok();
    let value: Option<serde_json::Value> = report.and_then(|bytes| serde_json::from_slice(&bytes).ok());
    value.is_some_and(|value| value.get("assayVersion").is_some() && value.get("schemaVersion").is_some())
}

fn fill(folder: &Path, certified: &Certified, renderings: &[Rendering]) -> io::Result<()> {
    for (name, text) in renderings {
        fs::write(folder.join(name), text)?;
    }
    if let Some(raw) = &certified.raw_manifest {
        fs::write(folder.join("manifest.json"), raw)?;
    }
    if let Some(effective) = &certified.report.effective_manifest {
        fs::write(folder.join("effective-manifest.json"), serde_json::to_vec_pretty(effective)?)?;
    }
    copy_files(&certified.evidence_dir, folder)
}

/// Copies regular files and folders; anything else a run may have left is not ours to follow.
fn copy_files(from: &Path, to: &Path) -> io::Result<()> {
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (kind, target) = (entry.file_type()?, to.join(entry.file_name()));
        if kind.is_dir() {
            fs::create_dir_all(&target)?;
            copy_files(&entry.path(), &target)?;
        } else if kind.is_file() {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

/// Puts the finished folder in place of the old one, which goes away only when the new one is there.
fn replace(folder: &Path, aside: tempfile::TempDir) -> io::Result<()> {
    let readable = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    fs::set_permissions(aside.path(), readable)?;
    let parent = folder.parent().unwrap_or(folder);
    let old = tempfile::Builder::new().prefix(".assay-report-").tempdir_in(parent)?;
    let had_one = folder.exists();
    if had_one {
        fs::rename(folder, old.path().join("old"))?;
    }
    match fs::rename(aside.path(), folder) {
        Ok(()) => {
            let _moved = aside.keep();
            Ok(())
        }
        Err(cause) if had_one => fs::rename(old.path().join("old"), folder).and(Err(cause)),
        Err(cause) => Err(cause),
    }
}

#[cfg(test)]
mod tests {
    use assay_core::{Check, Policy};

    use super::*;

    fn certified(evidence_dir: &Path) -> Certified {
        let report = crate::report::of_document("x", Check::Manifest, vec![], &Policy::default());
        Certified { report, raw_manifest: Some(b"{}".to_vec()), evidence_dir: evidence_dir.to_owned() }
    }

    fn renderings(certified: &Certified) -> Vec<Rendering> {
        vec![(MARK, serde_json::to_string(&certified.report).unwrap())]
    }

    #[test]
    fn a_bundle_is_written_whole_and_replaced_whole() {
        let home = tempfile::tempdir().unwrap();
        let evidence = home.path().join("evidence");
        fs::create_dir_all(evidence.join("run")).unwrap();
        fs::write(evidence.join("run/stdout.log"), "hello").unwrap();
        std::os::unix::fs::symlink("/etc/passwd", evidence.join("run/link")).unwrap();
        let certified = certified(&evidence);
        let folder = home.path().join("out/report");
        write_bundle(&folder, &certified, &renderings(&certified)).unwrap();
        fs::write(folder.join("stale"), "").unwrap();
        write_bundle(&folder, &certified, &renderings(&certified)).unwrap();
        assert_eq!(fs::read_to_string(folder.join("run/stdout.log")).unwrap(), "hello");
        assert_eq!(fs::read(folder.join("manifest.json")).unwrap(), b"{}");
        assert!(!folder.join("stale").exists() && !folder.join("run/link").exists());
        assert_eq!(fs::read_dir(home.path().join("out")).unwrap().count(), 1, "nothing is left beside it");
    }

    #[test]
    fn foreign_folders_and_files_are_left_alone() {
        let home = tempfile::tempdir().unwrap();
        fs::write(home.path().join("precious"), "x").unwrap();
        let certified = certified(home.path());
        for target in [home.path().to_owned(), home.path().join("precious")] {
            let refused = write_bundle(&target, &certified, &renderings(&certified)).unwrap_err();
            assert!(
                matches!(refused, Refused::Rejection(rejection) if rejection.code == "report-folder-occupied")
            );
        }
        assert_eq!(fs::read_to_string(home.path().join("precious")).unwrap(), "x");
    }
}
