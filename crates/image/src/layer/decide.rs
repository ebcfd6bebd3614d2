//! Deciding what a member becomes and whether its place is safe, before anything is touched.

use std::collections::BTreeMap;

use crate::limits::ImageLimits;
use crate::tar::{Member, MemberKind};

use super::entry::{Entry, EntryKind};
use super::path::{ancestors, normalise_link, split};
use super::problem::Problem;

/// Marks what lower layers lose (OCI image-spec `layer.md`, "Whiteouts").
const WHITEOUT: &[u8] = b".wh.";
const OPAQUE: &[u8] = b".wh..wh..opq";
/// Longest symbolic link the kernel takes.
const LINK_BYTES: usize = 4095;

/// What is known of the layer so far.
pub(super) struct Known<'a> {
    pub(super) entries: &'a BTreeMap<Box<[u8]>, Entry>,
    pub(super) limits: &'a ImageLimits,
}

impl Known<'_> {
    /// Decides what the member becomes and whether its place is safe. Nothing is changed yet.
    pub(super) fn decide(&self, path: Vec<u8>, member: &Member) -> Result<(Vec<u8>, Make), Problem> {
        self.check_ancestors(&path)?;
        let (parent, name) = split(&path);
        if let Some((hidden, make)) = whiteout(parent, name)? {
            return Ok((hidden, make));
        }
        let make = match member.kind {
            MemberKind::Directory => Make::Folder,
            _ if path.is_empty() => return Err(Problem::NoPath),
            MemberKind::File => Make::File,
            MemberKind::Symlink => Make::Symlink(symlink_target(&member.link)?),
            MemberKind::Hardlink => Make::Hardlink(self.hardlink_target(&member.link, &path)?),
            MemberKind::CharDevice => Make::Record(EntryKind::CharDevice, Problem::Device),
            MemberKind::BlockDevice => Make::Record(EntryKind::BlockDevice, Problem::Device),
            MemberKind::Fifo => Make::Record(EntryKind::Fifo, Problem::Fifo),
            MemberKind::Other(_) => return Err(Problem::UnknownType),
        };
        Ok((path, make))
    }

    /// Every parent must be a folder of this layer, or not be there yet.
    fn check_ancestors(&self, path: &[u8]) -> Result<(), Problem> {
        for parent in ancestors(path) {
            match self.entries.get(parent).map(|entry| &entry.kind) {
                None | Some(EntryKind::Directory { .. } | EntryKind::Whiteout) => {}
                Some(EntryKind::Symlink(_)) => return Err(Problem::ThroughLink),
                Some(_) => return Err(Problem::BelowFile),
            }
        }
        Ok(())
    }

    /// The target must be a file of this layer: each layer is unpacked once and shared by images whose lower layers
    /// differ, so it cannot borrow from them.
    fn hardlink_target(&self, link: &[u8], path: &[u8]) -> Result<Box<[u8]>, Problem> {
        let target = normalise_link(link, self.limits)?;
        match self.entries.get(target.as_slice()).map(|entry| &entry.kind) {
            Some(EntryKind::File | EntryKind::Symlink(_)) if target != path => Ok(target.into()),
            Some(EntryKind::Directory { .. }) => Err(Problem::LinkToFolder),
            _ => Err(Problem::LinkMissing),
        }
    }
}

/// What a member becomes.
pub(super) enum Make {
    Folder,
    File,
    Symlink(Box<[u8]>),
    Hardlink(Box<[u8]>),
    Whiteout,
    Opaque,
    /// Noted in the index, told as a problem, never made.
    Record(EntryKind, Problem),
}

/// Whether the name is a whiteout, and of which path.
fn whiteout(parent: &[u8], name: &[u8]) -> Result<Option<(Vec<u8>, Make)>, Problem> {
    if name == OPAQUE {
        return Ok(Some((parent.to_vec(), Make::Opaque)));
    }
    match name.strip_prefix(WHITEOUT) {
        None => Ok(None),
        // Other doubled marks are bookkeeping of a file system long gone (aufs); they name nothing either.
        Some(hidden) if hidden.starts_with(WHITEOUT) || matches!(hidden, b"" | b"." | b"..") => {
            Err(Problem::BadWhiteout)
        }
        Some(hidden) if parent.is_empty() => Ok(Some((hidden.to_vec(), Make::Whiteout))),
        Some(hidden) => Ok(Some(([parent, b"/", hidden].concat(), Make::Whiteout))),
    }
}

fn symlink_target(link: &[u8]) -> Result<Box<[u8]>, Problem> {
    if link.is_empty() || link.len() > LINK_BYTES || link.contains(&0) {
        return Err(Problem::LinkTarget);
    }
    Ok(link.into())
}
