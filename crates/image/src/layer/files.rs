//! Making an entry on disk, always relative to an open folder and never through a link.

use std::fs::File;
use std::io;
use std::os::fd::{AsFd, OwnedFd};

use rustix::fs::{AtFlags, FileType, Gid, Mode, Timespec, Timestamps, Uid, XattrFlags};
use rustix::io::Errno;

use super::beneath;
use super::entry::{Entry, EntryKind};
use super::path::split;

/// The folder a layer is unpacked to.
pub(super) struct Files {
    root: OwnedFd,
    /// Only the superuser can give files away; others own everything they unpack.
    as_root: bool,
    /// The folder used last; neighbours in an archive mostly share theirs.
    recent: Option<(Box<[u8]>, OwnedFd)>,
}

impl Files {
    pub(super) fn new(root: OwnedFd) -> Self {
        Self { root, as_root: rustix::process::geteuid().is_root(), recent: None }
    }

    /// Creates an empty file, to be written and then given to [`Files::finish_file`].
    pub(super) fn create(&mut self, path: &[u8]) -> io::Result<File> {
        let (parent, name) = split(path);
        beneath::create_file(self.folder(parent)?, name)
    }

    /// Sets owner, permissions and time of a written file. The set-id bits are never put on disk.
    pub(super) fn finish_file(&self, file: &File, entry: &Entry) -> io::Result<()> {
        self.give(file, entry)?;
        let readable = if self.as_root { 0 } else { 0o400 };
        rustix::fs::fchmod(file, Mode::from_raw_mode(entry.mode & 0o777 | readable))?;
        Ok(rustix::fs::futimens(file, &times(entry.mtime))?)
    }

    pub(super) fn make_folder(&mut self, path: &[u8]) -> io::Result<()> {
        let (parent, name) = split(path);
        Ok(rustix::fs::mkdirat(self.folder(parent)?, name, Mode::RWXU)?)
    }

    pub(super) fn make_symlink(&mut self, path: &[u8], target: &[u8], uid: u32, gid: u32) -> io::Result<()> {
        let as_root = self.as_root;
        let (parent, name) = split(path);
        let folder = self.folder(parent)?;
        rustix::fs::symlinkat(target, folder, name)?;
        if as_root {
            tolerate(rustix::fs::chownat(folder, name, owner(uid), group(gid), AtFlags::SYMLINK_NOFOLLOW))?;
        }
        Ok(())
    }

    /// Links `path` to the file at `target`. Both parents are reached without following links.
    pub(super) fn make_hardlink(&mut self, path: &[u8], target: &[u8]) -> io::Result<()> {
        let (target_parent, target_name) = split(target);
        let from = beneath::open_folder(&self.root, target_parent)?;
        let (parent, name) = split(path);
        Ok(rustix::fs::linkat(from, target_name, self.folder(parent)?, name, AtFlags::empty())?)
    }

    /// A whiteout as overlayfs knows it: a character device with number 0:0, which everybody may make.
    pub(super) fn make_whiteout(&mut self, path: &[u8]) -> io::Result<()> {
        let (parent, name) = split(path);
        let folder = self.folder(parent)?;
        Ok(rustix::fs::mknodat(folder, name, FileType::CharacterDevice, Mode::empty(), 0)?)
    }

    /// Removes what is at `path`, with everything below it.
    pub(super) fn remove(&mut self, path: &[u8]) -> io::Result<()> {
        self.recent = None;
        let (parent, name) = split(path);
        beneath::remove(beneath::open_folder(&self.root, parent)?, name)
    }

    /// Sets owner, permissions, time and the opaque mark of a folder. Done last, children before parents, since
    /// permissions may forbid and writing changes the time.
    pub(super) fn finish_folder(&mut self, entry: &Entry) -> io::Result<()> {
        let folder = beneath::open_folder(&self.root, &entry.path)?;
        if entry.kind == (EntryKind::Directory { opaque: true }) {
            rustix::fs::fsetxattr(&folder, "user.overlay.opaque", b"y", XattrFlags::empty())?;
        }
        self.give(&folder, entry)?;
        let usable = if self.as_root { 0 } else { 0o700 };
        rustix::fs::fchmod(&folder, Mode::from_raw_mode(entry.mode & 0o1777 | usable))?;
        Ok(rustix::fs::futimens(&folder, &times(entry.mtime))?)
    }

    fn give(&self, file: impl AsFd, entry: &Entry) -> io::Result<()> {
        if self.as_root {
            tolerate(rustix::fs::fchown(file, owner(entry.uid), group(entry.gid)))?;
        }
        Ok(())
    }

    fn folder(&mut self, path: &[u8]) -> io::Result<&OwnedFd> {
        if path.is_empty() {
            return Ok(&self.root);
        }
        let known = self.recent.take().filter(|(recent, _)| **recent == *path);
        let recent = match known {
            Some(recent) => recent,
            None => (path.into(), beneath::open_folder(&self.root, path)?),
        };
        Ok(&self.recent.insert(recent).1)
    }
}

/// A superuser of a user namespace cannot use every id; such files stay ours.
fn tolerate(given: rustix::io::Result<()>) -> io::Result<()> {
    match given {
        Err(Errno::PERM | Errno::INVAL) => Ok(()),
        other => Ok(other?),
    }
}

/// `u32::MAX` means "leave as it is" to the kernel, which is what an image with such an id gets.
fn owner(uid: u32) -> Option<Uid> {
    (uid != u32::MAX).then(|| Uid::from_raw(uid))
}

fn group(gid: u32) -> Option<Gid> {
    (gid != u32::MAX).then(|| Gid::from_raw(gid))
}

fn times(mtime: i64) -> Timestamps {
    let time = Timespec { tv_sec: mtime, tv_nsec: 0 };
    Timestamps { last_access: time, last_modification: time }
}
