//! Files and trees of files, shared where that is possible and copied where it is not.

use std::fs::{self, File};
use std::io;
use std::path::Path;

/// Brings a file to a new place: by a hard link, or else by copying. `false` when it is not there.
pub(super) fn bring(from: &Path, to: &Path) -> io::Result<bool> {
    match fs::hard_link(from, to) {
        Ok(()) => Ok(true),
        Err(cause) if cause.kind() == io::ErrorKind::NotFound && !from.exists() => Ok(false),
        Err(_) => copy(from, to).map(|()| true),
    }
}

/// Copies a file; it has reached the disk when this returns.
pub(super) fn copy(from: &Path, to: &Path) -> io::Result<()> {
    let mut target = File::create_new(to)?;
    io::copy(&mut File::open(from)?, &mut target)?;
    target.sync_all()
}

/// Brings every file below `from` to its place below `to`. What vanishes meanwhile was not needed any more; links and
/// devices, which are none of ours, stay behind.
pub(super) fn bring_all(
    from: &Path,
    to: &Path,
    bring: &dyn Fn(&Path, &Path) -> io::Result<()>,
) -> io::Result<u64> {
    let mut count = 0;
    let mut waiting = vec![(from.to_owned(), to.to_owned())];
    while let Some((from, to)) = waiting.pop() {
        let entries = match fs::read_dir(&from) {
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => continue,
            entries => entries?,
        };
        fs::create_dir_all(&to)?;
        for entry in entries {
            let entry = entry?;
            let (source, target) = (entry.path(), to.join(entry.file_name()));
            let kind = entry.file_type()?;
            if kind.is_dir() {
                waiting.push((source, target));
            } else if kind.is_file() {
                match bring(&source, &target) {
                    Err(cause) if cause.kind() == io::ErrorKind::NotFound && !source.exists() => {}
                    brought => {
                        brought?;
                        count += 1;
                    }
                }
            }
        }
    }
    Ok(count)
}
