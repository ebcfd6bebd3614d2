//! What the engine wrote: a walk through the upper layer of its file system. Names and shapes are the engine's to choose,
//! so nothing is followed and everything is bounded.

use std::os::fd::{AsFd, OwnedFd};

use rustix::fs::{AtFlags, Dir, FileType, Mode, OFlags, openat, statat};

/// Most files told of.
const MOST: usize = 100;
/// Most entries looked at.
const ENTRIES: usize = 100_000;
/// Deepest folder looked into.
const DEPTH: usize = 64;
/// Folders that are for writing.
const TEMPORARY: &[&str] = &["/tmp", "/var/tmp", "/run", "/dev"];
/// Files we put there ourselves.
const OURS: &[&str] = &["/etc/resolv.conf", "/etc/hosts", "/etc/hostname"];

/// Paths of files written outside temporary folders, sorted, at most 100.
pub(super) fn files_written(upper: &OwnedFd) -> Vec<String> {
    let mut walk = Walk { files: Vec::new(), entries: 0 };
    walk.folder(upper, "", 0);
    walk.files.sort();
    walk.files.truncate(MOST);
    walk.files
}

struct Walk {
    files: Vec<String>,
    entries: usize,
}

impl Walk {
    fn folder(&mut self, folder: &impl AsFd, path: &str, depth: usize) {
        let Ok(entries) = Dir::read_from(folder) else { return };
        for entry in entries.flatten() {
            self.entries += 1;
            if self.entries > ENTRIES || self.files.len() > MOST {
                return;
            }
            let name = entry.file_name();
            if name != c"." && name != c".." {
                self.entry(folder, name, &format!("{path}/{}", name.to_string_lossy()), depth);
            }
        }
    }

    fn entry(&mut self, folder: &impl AsFd, name: &std::ffi::CStr, path: &str, depth: usize) {
        if TEMPORARY.contains(&path) || OURS.contains(&path) {
            return;
        }
        let kind =
            statat(folder, name, AtFlags::SYMLINK_NOFOLLOW).map(|stat| FileType::from_raw_mode(stat.st_mode));
        match kind {
            Ok(FileType::Directory) if depth < DEPTH => {
                let flags = OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
                if let Ok(child) = openat(folder, name, flags, Mode::empty()) {
                    self.folder(&child, path, depth + 1);
                }
            }
            Ok(FileType::Directory) | Err(_) => {}
            Ok(_) => self.files.push(path.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustix::fs::CWD;
    use std::fs;

    #[test]
    fn tells_files_but_not_temporary_ones_nor_ours() {
        let upper = tempfile::tempdir().unwrap();
        for folder in ["tmp", "var/tmp", "var/lib", "etc", "empty"] {
            fs::create_dir_all(upper.path().join(folder)).unwrap();
        }
        for file in ["tmp/a", "var/tmp/b", "var/lib/c", "etc/hosts", "etc/passwd"] {
            fs::write(upper.path().join(file), "").unwrap();
        }
        std::os::unix::fs::symlink("/", upper.path().join("var/lib/loop")).unwrap();
        let fd = openat(CWD, upper.path(), OFlags::DIRECTORY, Mode::empty()).unwrap();
        assert_eq!(files_written(&fd), ["/etc/passwd", "/var/lib/c", "/var/lib/loop"]);
    }

    #[test]
    fn stops_at_its_bounds() {
        let upper = tempfile::tempdir().unwrap();
        for number in 0..300 {
            fs::write(upper.path().join(format!("{number}")), "").unwrap();
        }
        let fd = openat(CWD, upper.path(), OFlags::DIRECTORY, Mode::empty()).unwrap();
        assert_eq!(files_written(&fd).len(), MOST);
    }
}
