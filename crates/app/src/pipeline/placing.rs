//! Folders that are made aside and put in their place whole, so that what the records say is there survives a power cut.

use std::fs::{self, File};
use std::io;
use std::path::Path;

/// Puts a finished folder where it belongs, durably: its files first, then its name. One that is there is of an attempt
/// that died after this very step.
pub(super) fn place(made: &Path, target: &Path) -> io::Result<()> {
    sync(made)?;
    let parent = target.parent().unwrap_or(target);
    fs::create_dir_all(parent)?;
    if target.exists() {
        fs::remove_dir_all(target)?;
    }
    fs::rename(made, target)?;
    // The parent may have been made just now; then its own name has to last too.
    parent.ancestors().take(2).try_for_each(|folder| File::open(folder)?.sync_all())
}

/// Brings a folder of our own making to the disk, files before the folders that name them. Links and pipes, which an
/// engine may have left, hold nothing of their own.
fn sync(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        if kind.is_dir() {
            sync(&entry.path())?;
        } else if kind.is_file() {
            File::open(entry.path())?.sync_all()?;
        }
    }
    File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_takes_the_place_of_what_a_dead_attempt_left() {
        let house = tempfile::tempdir().unwrap();
        let (made, target) = (house.path().join("aside/made"), house.path().join("deep/down/target"));
        fs::create_dir_all(made.join("inner")).unwrap();
        fs::write(made.join("inner/file"), "new").unwrap();
        std::os::unix::fs::symlink("/nowhere", made.join("link")).unwrap();
        fs::create_dir_all(&target).unwrap();
        fs::write(target.join("old"), "old").unwrap();
        place(&made, &target).unwrap();
        assert_eq!(fs::read_to_string(target.join("inner/file")).unwrap(), "new");
        assert!(!target.join("old").exists() && !made.exists());
    }
}
