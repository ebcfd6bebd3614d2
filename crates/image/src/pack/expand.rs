//! From a layer's description to its tar members: parents made, host folders walked, everything sorted.

use std::collections::BTreeMap;
use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::{Path, PathBuf};

use super::PackError;
use super::archive::{Archive, Header};
use super::layer::{Content, Item, PackLayer};

/// A member, ready to be written.
struct Member {
    data: Data,
    mode: u32,
    uid: u32,
    gid: u32,
}

enum Data {
    Bytes(Vec<u8>),
    Host(PathBuf, u64),
    Folder,
    Symlink(Vec<u8>),
    Hardlink(Vec<u8>),
}

/// Members by path; the order of bytes puts a folder before what is in it.
type Members = BTreeMap<Vec<u8>, Member>;

/// Writes `layer` as tar.
pub(super) fn write_layer<W: io::Write>(layer: &PackLayer, out: W) -> Result<W, PackError> {
    let mut members = Members::new();
    for (path, item) in &layer.entries {
        expand(&mut members, path, item)?;
    }
    add_parents(&mut members);
    let mut archive = Archive::new(out);
    // A hard link needs its target before it, so links go last.
    let (links, others): (Vec<_>, Vec<_>) =
        members.iter().partition(|(_, member)| matches!(member.data, Data::Hardlink(_)));
    for (path, member) in others.into_iter().chain(links) {
        write_member(&mut archive, path, member)?;
    }
    archive.finish().map_err(|cause| PackError::io("ending the layer", cause))
}

fn expand(members: &mut Members, path: &str, item: &Item) -> Result<(), PackError> {
    let (parent, name) = path.rsplit_once('/').unwrap_or(("", path));
    let mut put = |path: &str, data, mode| {
        let member = Member { data, mode, uid: item.uid, gid: item.gid };
        members.insert(path.as_bytes().to_vec(), member);
    };
    let mode = |otherwise| item.mode.unwrap_or(otherwise);
    match &item.content {
        Content::Bytes(bytes) => put(path, Data::Bytes(bytes.clone()), mode(0o644)),
        Content::Folder { opaque } => {
            if *opaque {
                put(&joined(path, ".wh..wh..opq"), Data::Bytes(Vec::new()), 0o644);
            }
            put(path, Data::Folder, mode(0o755));
        }
        Content::Symlink(target) => put(path, Data::Symlink(target.clone().into()), 0o777),
        Content::Hardlink(target) => {
            put(path, Data::Hardlink(target.trim_start_matches('/').into()), mode(0o644));
        }
        Content::Whiteout => put(&joined(parent, &format!(".wh.{name}")), Data::Bytes(Vec::new()), 0o644),
        Content::HostFile(host) => {
            let found = metadata(host)?;
            let data = Data::Host(host.clone(), found.size());
            put(path, data, mode(found.mode() & 0o7777));
        }
        Content::HostTree(host) => walk(members, path.as_bytes(), host, item)?,
    }
    Ok(())
}

/// Adds a host path and everything below it. Devices, pipes and sockets stay behind: an engine's image has no use
/// for them, and Assay refuses images that carry them.
fn walk(members: &mut Members, path: &[u8], host: &Path, item: &Item) -> Result<(), PackError> {
    let mut todo = vec![(path.to_vec(), host.to_owned())];
    while let Some((path, host)) = todo.pop() {
        let found = fs::symlink_metadata(&host).map_err(|cause| unreadable(&host, cause))?;
        let kind = found.file_type();
        if kind.is_char_device() || kind.is_block_device() || kind.is_fifo() || kind.is_socket() {
            continue;
        }
        if kind.is_dir() {
            for child in fs::read_dir(&host).map_err(|cause| unreadable(&host, cause))? {
                let child = child.map_err(|cause| unreadable(&host, cause))?;
                let below = [&path, &b"/"[..], child.file_name().as_bytes()].concat();
                todo.push((below.strip_prefix(b"/").unwrap_or(&below).to_vec(), child.path()));
            }
        }
        let Item { uid, gid, .. } = *item;
        members.insert(path, Member { uid, gid, ..found_member(&host, &found)? });
    }
    Ok(())
}

fn found_member(host: &Path, found: &Metadata) -> Result<Member, PackError> {
    let data = if found.is_dir() {
        Data::Folder
    } else if found.is_symlink() {
        let target = fs::read_link(host).map_err(|cause| unreadable(host, cause))?;
        Data::Symlink(target.into_os_string().into_vec())
    } else {
        Data::Host(host.to_owned(), found.size())
    };
    Ok(Member { data, mode: found.mode() & 0o7777, uid: 0, gid: 0 })
}

fn add_parents(members: &mut Members) {
    let paths: Vec<Vec<u8>> = members.keys().cloned().collect();
    for path in paths {
        let slashes = path.iter().enumerate().filter(|(_, byte)| **byte == b'/').map(|(at, _)| at);
        for parent in slashes.filter_map(|at| path.get(..at)).filter(|parent| !parent.is_empty()) {
            members.entry(parent.to_vec()).or_insert(Member {
                data: Data::Folder,
                mode: 0o755,
                uid: 0,
                gid: 0,
            });
        }
    }
}

fn write_member<W: io::Write>(
    archive: &mut Archive<W>,
    path: &[u8],
    member: &Member,
) -> Result<(), PackError> {
    let header = |path, kind, link, size| {
        let Member { mode, uid, gid, .. } = *member;
        Header { path, kind, link, size, mode, uid, gid }
    };
    let written = match &member.data {
        Data::Bytes(bytes) => archive.file(&header(path, b'0', b"", bytes.len() as u64), bytes.as_slice()),
        Data::Host(host, size) => {
            let file = File::open(host).map_err(|cause| unreadable(host, cause))?;
            archive.file(&header(path, b'0', b"", *size), file.take(size + 1))
        }
        Data::Folder => {
            let with_slash = if path.is_empty() { b"./".to_vec() } else { [path, b"/"].concat() };
            archive.member(&header(&with_slash, b'5', b"", 0))
        }
        Data::Symlink(target) => archive.member(&header(path, b'2', target, 0)),
        Data::Hardlink(target) => archive.member(&header(path, b'1', target, 0)),
    };
    written.map_err(|cause| PackError::io(format!("packing `/{}`", String::from_utf8_lossy(path)), cause))
}

fn metadata(host: &Path) -> Result<Metadata, PackError> {
    let found = fs::metadata(host).map_err(|cause| unreadable(host, cause))?;
    if found.is_file() {
        return Ok(found);
    }
    Err(PackError::Spec(format!(
        "`{}` is not a regular file; name a file, or pack the folder as a tree",
        host.display()
    )))
}

fn joined(parent: &str, name: &str) -> String {
    if parent.is_empty() { name.to_owned() } else { format!("{parent}/{name}") }
}

fn unreadable(host: &Path, cause: io::Error) -> PackError {
    PackError::io(format!("reading `{}`", host.display()), cause)
}
