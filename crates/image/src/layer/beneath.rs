//! File system calls that cannot leave the folder they start from: no `..`, no links, no other mount.

use std::fs::File;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::fs::{AtFlags, Mode, OFlags, ResolveFlags};
use rustix::io::Errno;

/// No component may be a link, climb out, or lead into another mount.
const CONFINED: ResolveFlags = ResolveFlags::BENEATH
    .union(ResolveFlags::NO_SYMLINKS)
    .union(ResolveFlags::NO_MAGICLINKS)
    .union(ResolveFlags::NO_XDEV);

/// Opens the regular file at `path` below `root` for reading.
pub(crate) fn open_file(root: impl AsFd, path: &[u8]) -> io::Result<File> {
    let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NOFOLLOW | OFlags::NONBLOCK;
    let file = File::from(rustix::fs::openat2(root, path, flags, Mode::empty(), CONFINED)?);
    if !file.metadata()?.is_file() {
        return Err(io::Error::other("not a regular file"));
    }
    Ok(file)
}

/// Opens the folder at `path` below `root`; `root` itself when `path` is empty.
pub(crate) fn open_folder(root: impl AsFd, path: &[u8]) -> io::Result<OwnedFd> {
    let path = if path.is_empty() { b"." } else { path };
    let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::DIRECTORY | OFlags::NOFOLLOW;
    Ok(rustix::fs::openat2(root, path, flags, Mode::empty(), CONFINED)?)
}

/// Creates a file with `mode` below an open folder; it must not exist.
pub(crate) fn create_file(folder: impl AsFd, name: &[u8]) -> io::Result<File> {
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    Ok(File::from(rustix::fs::openat(folder, name, flags, Mode::from_raw_mode(0o600))?))
}

/// Removes whatever is called `name` in `folder`, folders with everything in them. Missing is fine.
pub(crate) fn remove(folder: impl AsFd, name: &[u8]) -> io::Result<()> {
    match rustix::fs::unlinkat(&folder, name, AtFlags::empty()) {
        Ok(()) | Err(Errno::NOENT) => Ok(()),
        // Linux says EISDIR, POSIX EPERM.
        Err(Errno::ISDIR | Errno::PERM) => remove_folder(folder.as_fd(), name),
        Err(problem) => Err(problem.into()),
    }
}

fn remove_folder(folder: BorrowedFd<'_>, name: &[u8]) -> io::Result<()> {
    // One open folder per level; the depth of what we unpack is bounded by `ImageLimits::path_depth`.
    let opened = match open_folder(folder, name) {
        Ok(opened) => opened,
        Err(problem) if problem.raw_os_error() == Some(Errno::NOENT.raw_os_error()) => return Ok(()),
        Err(problem) => return Err(problem),
    };
    // Folders of an image may forbid writing to their owner.
    rustix::fs::fchmod(&opened, Mode::RWXU)?;
    let mut entries = rustix::fs::Dir::read_from(&opened)?;
    while let Some(entry) = entries.read() {
        let entry = entry?;
        let child = entry.file_name().to_bytes();
        if !matches!(child, b"." | b"..") {
            remove(&opened, child)?;
        }
    }
    Ok(rustix::fs::unlinkat(folder, name, AtFlags::REMOVEDIR)?)
}
