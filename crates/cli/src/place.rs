//! Where the caller wants something written: looked at before the work begins, so that none is done in vain.

use std::io;
use std::path::{Path, PathBuf};

use assay_core::Rejection;

/// Refuses a file whose folder is missing.
pub(crate) fn refuse_missing_parent(file: &Path) -> Result<(), Rejection> {
    let parent = parent(file);
    if parent.is_dir() {
        return Ok(());
    }
    let message =
        format!("`{}` cannot be written: there is no folder `{}`", file.display(), parent.display());
    Err(Rejection::new("folder-not-found", message).hint("make the folder first, or check the path"))
}

/// Refuses a target beside which nothing can be made: finished things are written aside and renamed. Folders above it
/// that are missing will be made, so that the nearest one there is counts.
pub(crate) fn refuse_closed(target: &Path) -> Result<(), Rejection> {
    let absolute = std::path::absolute(target).unwrap_or_else(|_| target.to_owned());
    let parent = parent(&absolute);
    let there = parent.ancestors().find(|folder| folder.exists()).unwrap_or(Path::new("/"));
    tempfile::tempdir_in(there).map(drop).map_err(|cause| unwritable(target, there, &cause))
}

/// The rejection for a target in a folder that takes nothing. Names the kind of error alone: its text would name a
/// temporary file that the caller has never heard of.
fn unwritable(target: &Path, folder: &Path, cause: &io::Error) -> Rejection {
    let message = format!(
        "`{}` cannot be written: nothing can be made in `{}` ({})",
        target.display(),
        folder.display(),
        cause.kind()
    );
    Rejection::new("folder-not-writable", message).hint("name a folder that you may write to")
}

/// The folder a path lies in.
fn parent(path: &Path) -> PathBuf {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    parent.unwrap_or(Path::new(".")).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_made_is_refused_without_naming_our_own_files() {
        let home = tempfile::tempdir().unwrap();
        assert_eq!(refuse_closed(&home.path().join("new/report")), Ok(()));
        assert!(!home.path().join("new").exists(), "looking makes nothing");
        let refused = refuse_closed(Path::new("/proc/report")).unwrap_err();
        assert!(refused.message.contains("`/proc`") && !refused.message.contains(".tmp"), "{refused}");
        assert_eq!(refuse_missing_parent(&home.path().join("x.json")), Ok(()));
        assert_eq!(refuse_missing_parent(Path::new("x.json")), Ok(()));
        assert!(refuse_missing_parent(&home.path().join("none/x.json")).is_err());
    }
}
