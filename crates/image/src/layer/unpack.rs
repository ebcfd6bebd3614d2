//! From tar members to files on disk and the layer's index, trusting nothing the archive says about paths.

use std::collections::BTreeMap;
use std::io::{self, Read, Write};
use std::ops::Bound;
use std::os::fd::OwnedFd;

use rustix::io::Errno;

use crate::limits::ImageLimits;
use crate::tar::{Ending, Member, Reader, TarError};

use super::budget::{Budget, Over};
use super::decide::{Known, Make};
use super::entry::{Entry, EntryKind, Measures};
use super::files::Files;
use super::path::{ancestors, depth, normalise, split};
use super::problem::{Problem, Problems};

/// Why a layer could not be unpacked to its end.
#[derive(Debug)]
pub(super) enum Stop {
    /// The archive is not readable.
    Tar(TarError),
    /// It has more entries than allowed.
    TooManyEntries,
    /// The image as a whole is over a limit.
    Over(Over),
    /// Our own disk failed.
    Disk(String, io::Error),
}

impl From<TarError> for Stop {
    fn from(problem: TarError) -> Self {
        Self::Tar(problem)
    }
}

/// A layer being unpacked.
pub(super) struct Unpacker<'a> {
    files: Files,
    limits: &'a ImageLimits,
    budget: &'a Budget,
    entries: BTreeMap<Box<[u8]>, Entry>,
    problems: Problems,
    measures: Measures,
    buffer: Vec<u8>,
}

/// An unpacked layer, not yet named.
pub(super) struct Contents {
    pub(super) entries: Vec<Entry>,
    pub(super) problems: Problems,
    pub(super) measures: Measures,
}

impl<'a> Unpacker<'a> {
    pub(super) fn new(root: OwnedFd, limits: &'a ImageLimits, budget: &'a Budget) -> Self {
        let buffer = vec![0; 128 << 10];
        let (entries, problems, measures) = Default::default();
        Self { files: Files::new(root), limits, budget, entries, problems, measures, buffer }
    }

    /// Unpacks the whole stream.
    pub(super) fn run(mut self, stream: impl Read) -> Result<Contents, Stop> {
        let mut tar = Reader::new(stream, self.limits.extended_header_bytes);
        let mut last = Vec::new();
        while let Some(member) = tar.next_member()? {
            self.measures.entries += 1;
            if self.measures.entries > self.limits.entries_per_layer {
                return Err(Stop::TooManyEntries);
            }
            last.clone_from(&member.path);
            self.take(&mut tar, member)?;
        }
        if tar.finish()? == Ending::Trailing {
            self.problems.note(Problem::Trailing, &last);
        }
        self.finish_folders()?;
        Ok(Contents {
            entries: self.entries.into_values().collect(),
            problems: self.problems,
            measures: self.measures,
        })
    }

    fn take<R: Read>(&mut self, tar: &mut Reader<R>, member: Member) -> Result<(), Stop> {
        self.measures.largest_header = self.measures.largest_header.max(member.extended_bytes);
        if let Some(oddity) = member.oddity {
            self.problems.note(Problem::Odd(oddity), &member.path);
            return Ok(());
        }
        let known = Known { entries: &self.entries, limits: self.limits };
        match normalise(&member.path, self.limits).and_then(|path| known.decide(path, &member)) {
            Ok((path, make)) => self.place(tar, path, make, &member),
            Err(problem) => {
                self.problems.note(problem, &member.path);
                Ok(())
            }
        }
    }

    fn place<R: Read>(
        &mut self,
        tar: &mut Reader<R>,
        path: Vec<u8>,
        make: Make,
        member: &Member,
    ) -> Result<(), Stop> {
        self.measures.longest_path = self.measures.longest_path.max(path.len() as u64);
        self.measures.deepest_path = self.measures.deepest_path.max(depth(&path));
        self.make_parents(&path)?;
        match make {
            Make::Whiteout => self.add_whiteout(path),
            Make::Opaque => self.add_folder(path, None, true),
            Make::Folder => self.add_folder(path, Some(member), false),
            Make::File => self.add_file(tar, path, member),
            Make::Symlink(target) => self.add_symlink(path, target, member),
            Make::Hardlink(target) => self.add_hardlink(path, &target),
            Make::Record(kind, problem) => {
                self.clear(&path)?;
                self.problems.note(problem, &path);
                self.insert(entry(path, kind, member))
            }
        }
    }

    /// Parents the archive does not list belong to root with mode 0755, as other unpackers make them.
    fn make_parents(&mut self, path: &[u8]) -> Result<(), Stop> {
        let (parent, _) = split(path);
        if matches!(self.entries.get(parent).map(|entry| &entry.kind), Some(EntryKind::Directory { .. })) {
            return Ok(());
        }
        let missing: Vec<Vec<u8>> = ancestors(path)
            .filter(|parent| {
                !matches!(
                    self.entries.get(*parent).map(|entry| &entry.kind),
                    Some(EntryKind::Directory { .. })
                )
            })
            .map(<[u8]>::to_vec)
            .collect();
        missing.into_iter().try_for_each(|parent| self.add_folder(parent, None, false))
    }

    /// Makes a folder, or gives the one that is there the newer attributes.
    fn add_folder(&mut self, path: Vec<u8>, member: Option<&Member>, opaque: bool) -> Result<(), Stop> {
        let mut hides = opaque;
        match self.entries.get(path.as_slice()).map(|entry| &entry.kind) {
            Some(EntryKind::Directory { opaque }) => hides |= *opaque,
            // A folder that is removed and there at the same time is new: nothing shines through from below.
            Some(EntryKind::Whiteout) => {
                self.drop_path(&path)?;
                hides = true;
            }
            Some(_) => self.clear(&path)?,
            None => {}
        }
        if !path.is_empty() && !self.entries.contains_key(path.as_slice()) {
            self.files.make_folder(&path).map_err(|cause| disk(&path, cause))?;
        }
        let kind = EntryKind::Directory { opaque: hides };
        match (member, self.entries.get_mut(path.as_slice())) {
            (Some(member), _) => self.insert(entry(path, kind, member)),
            (None, Some(there)) => {
                there.kind = kind;
                Ok(())
            }
            (None, None) => self.insert(implied_folder(path, kind)),
        }
    }

    fn add_whiteout(&mut self, path: Vec<u8>) -> Result<(), Stop> {
        match self.entries.get_mut(path.as_slice()) {
            Some(Entry { kind: EntryKind::Directory { opaque }, .. }) => *opaque = true,
            // A file beside its own whiteout replaces the lower one anyway.
            Some(_) => {}
            None => {
                self.files.make_whiteout(&path).map_err(|cause| disk(&path, cause))?;
                self.insert(Entry { mode: 0, ..implied_folder(path, EntryKind::Whiteout) })?;
            }
        }
        Ok(())
    }

    fn add_file<R: Read>(&mut self, tar: &mut Reader<R>, path: Vec<u8>, member: &Member) -> Result<(), Stop> {
        self.clear(&path)?;
        let mut file = self.files.create(&path).map_err(|cause| disk(&path, cause))?;
        loop {
            let read = tar.read_data(&mut self.buffer)?;
            if read == 0 {
                break;
            }
            let bytes = self.buffer.get(..read).unwrap_or_default();
            file.write_all(bytes).map_err(|cause| disk(&path, cause))?;
        }
        let mut made = entry(path, EntryKind::File, member);
        made.size = member.size;
        self.files.finish_file(&file, &made).map_err(|cause| disk(&made.path, cause))?;
        self.insert(made)
    }

    fn add_symlink(&mut self, path: Vec<u8>, target: Box<[u8]>, member: &Member) -> Result<(), Stop> {
        self.clear(&path)?;
        let made = self.files.make_symlink(&path, &target, member.uid, member.gid);
        made.map_err(|cause| disk(&path, cause))?;
        self.insert(entry(path, EntryKind::Symlink(target), member))
    }

    fn add_hardlink(&mut self, path: Vec<u8>, target: &[u8]) -> Result<(), Stop> {
        // Clearing could remove the target, when the link replaces a folder that holds it.
        if target.starts_with(&[path.as_slice(), b"/"].concat()) {
            self.problems.note(Problem::LinkMissing, &path);
            return Ok(());
        }
        self.clear(&path)?;
        match self.files.make_hardlink(&path, target) {
            Ok(()) => {}
            Err(cause) if cause.raw_os_error() == Some(Errno::MLINK.raw_os_error()) => {
                self.problems.note(Problem::LinkTooOften, &path);
                return Ok(());
            }
            Err(cause) => return Err(disk(&path, cause)),
        }
        if let Some(made) = self.entries.get(target).cloned() {
            self.insert(Entry { path: path.into(), ..made })?;
        }
        Ok(())
    }

    /// Makes room for an entry: what is there is a double, except a whiteout of the same name.
    fn clear(&mut self, path: &[u8]) -> Result<(), Stop> {
        let there = self.entries.get(path).map(|entry| &entry.kind);
        match there {
            None => return Ok(()),
            Some(EntryKind::Whiteout) => {}
            Some(_) => self.problems.note(Problem::Doubled, path),
        }
        self.drop_path(path)
    }

    fn drop_path(&mut self, path: &[u8]) -> Result<(), Stop> {
        self.files.remove(path).map_err(|cause| disk(path, cause))?;
        self.entries.remove(path);
        let prefix = [path, b"/"].concat();
        let from = (Bound::Included(prefix.as_slice()), Bound::Unbounded);
        let below = self.entries.range::<[u8], _>(from).map(|(path, _)| path);
        let below: Vec<Box<[u8]>> = below.take_while(|path| path.starts_with(&prefix)).cloned().collect();
        for path in below {
            self.entries.remove(&path);
        }
        Ok(())
    }

    fn insert(&mut self, made: Entry) -> Result<(), Stop> {
        self.budget.take_index(made.weight()).map_err(Stop::Over)?;
        self.measures.disk_bytes += 512 + made.size.next_multiple_of(4096);
        self.entries.insert(made.path.clone(), made);
        Ok(())
    }

    /// Children come after their parents in the order of paths, so the reverse order finishes them first.
    fn finish_folders(&mut self) -> Result<(), Stop> {
        if !self.entries.contains_key(&b""[..]) {
            self.insert(implied_folder(Vec::new(), EntryKind::Directory { opaque: false }))?;
        }
        for folder in
            self.entries.values().rev().filter(|entry| matches!(entry.kind, EntryKind::Directory { .. }))
        {
            self.files.finish_folder(folder).map_err(|cause| disk(&folder.path, cause))?;
        }
        Ok(())
    }
}

fn entry(path: Vec<u8>, kind: EntryKind, member: &Member) -> Entry {
    let Member { mode, uid, gid, mtime, has_capabilities, .. } = *member;
    Entry { path: path.into(), kind, size: 0, mode, uid, gid, mtime, has_capabilities }
}

fn implied_folder(path: Vec<u8>, kind: EntryKind) -> Entry {
    Entry { path: path.into(), kind, size: 0, mode: 0o755, uid: 0, gid: 0, mtime: 0, has_capabilities: false }
}

fn disk(path: &[u8], cause: io::Error) -> Stop {
    Stop::Disk(super::path::shown(path), cause)
}
