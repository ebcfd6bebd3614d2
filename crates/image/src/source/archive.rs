//! An image in a tar archive: members are found once and then read in any order, several at a time.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::FileExt;
use std::sync::Arc;

use assay_core::{Fault, Rejection};

use super::layout::{blob_path, bounded};
use super::{Address, BlobError, Source};
use crate::document::media::Encoding;
use crate::layer::sniff;
use crate::limits::ImageLimits;
use crate::options::OpenError;
use crate::store::Store;
use crate::tar::{MemberKind, Reader};

/// Members an archive may have: far more than any image has blobs.
const MOST_MEMBERS: usize = 20_000;
/// Links followed from one member to another.
const MOST_LINKS: usize = 8;

/// An archive whose members are known.
pub(super) struct Archive {
    file: Arc<File>,
    members: BTreeMap<String, Member>,
}

#[derive(Clone, Debug)]
enum Member {
    File { at: u64, size: u64 },
    Link(String),
}

impl Archive {
    /// Finds the members of `file`, which may be compressed as a whole; `what` names it in messages.
    pub(super) fn open(
        file: File,
        what: &str,
        limits: &ImageLimits,
        store: &Store,
    ) -> Result<Self, OpenError> {
        let file = decompressed(file, what, limits, store)?;
        let members = members(&file, what)?;
        Ok(Self { file: Arc::new(file), members })
    }

    /// Whether there is a file of this name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.find(name).is_some()
    }

    /// A whole small member; at most one byte more than `limit`.
    pub(super) fn read(&self, name: &str, limit: u64) -> Result<Option<Vec<u8>>, Fault> {
        let Some(slice) = self.find(name) else { return Ok(None) };
        let bytes = bounded(slice, limit)
            .map_err(|cause| Fault::io(format!("reading `{name}` of the archive"), cause))?;
        Ok(Some(bytes))
    }

    fn find(&self, name: &str) -> Option<Slice> {
        let mut name = name.to_owned();
        for _ in 0..MOST_LINKS {
            match self.members.get(&name)? {
                Member::File { at, size } => {
                    return Some(Slice { file: Arc::clone(&self.file), at: *at, left: *size });
                }
                Member::Link(target) => name.clone_from(target),
            }
        }
        None
    }
}

impl Source for Archive {
    fn blob(&self, address: &Address) -> Result<Box<dyn Read + Send>, BlobError> {
        let slice = self.find(&blob_path(address)).ok_or(BlobError::Missing)?;
        Ok(Box::new(slice))
    }

    fn is_local(&self) -> bool {
        true
    }
}

/// A member's bytes, read without moving the file's own position.
struct Slice {
    file: Arc<File>,
    at: u64,
    left: u64,
}

impl Read for Slice {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let wanted = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.len());
        let read = self.file.read_at(buffer.get_mut(..wanted).unwrap_or_default(), self.at)?;
        self.at += read as u64;
        self.left -= read as u64;
        Ok(read)
    }
}

/// The file itself, or a plain copy of it in the store's folder.
fn decompressed(mut file: File, what: &str, limits: &ImageLimits, store: &Store) -> Result<File, OpenError> {
    let failed = |cause| Fault::io(format!("reading {what}"), cause);
    let mut start = Vec::new();
    (&file).take(4).read_to_end(&mut start).map_err(failed)?;
    file.seek(SeekFrom::Start(0)).map_err(failed)?;
    let mut copy = match sniff(&start) {
        Encoding::Plain | Encoding::Unsaid => return Ok(file),
        Encoding::Gzip => inflate(flate2::read::MultiGzDecoder::new(&file), what, limits, store)?,
        Encoding::Zstd => inflate(zstd::Decoder::new(&file).map_err(failed)?, what, limits, store)?,
    };
    copy.seek(SeekFrom::Start(0)).map_err(failed)?;
    Ok(copy)
}

fn inflate(stream: impl Read, what: &str, limits: &ImageLimits, store: &Store) -> Result<File, OpenError> {
    let mut copy = store.scratch()?;
    let mut stream = stream.take(limits.unpacked_bytes + 1);
    let mut buffer = vec![0; 256 << 10];
    let mut total = 0;
    loop {
        let read = match stream.read(&mut buffer) {
            Ok(read) => read,
            Err(cause) => {
                return Err(unreadable(what, &format!("its compression is damaged: {cause}")).into());
            }
        };
        let bytes = buffer.get(..read).unwrap_or_default();
        total += read as u64;
        if bytes.is_empty() {
            return Ok(copy);
        }
        if total > limits.unpacked_bytes {
            let most = limits.unpacked_bytes;
            return Err(unreadable(what, &format!("it unpacks to more than {most} bytes")).into());
        }
        copy.write_all(bytes).map_err(|cause| Fault::io(format!("unpacking {what}"), cause))?;
    }
}

fn members(file: &File, what: &str) -> Result<BTreeMap<String, Member>, OpenError> {
    let mut tar = Reader::new(BufReader::with_capacity(64 << 10, file), 1 << 20);
    let mut members = BTreeMap::new();
    while let Some(member) = tar.next_member().map_err(|problem| unreadable(what, &problem.to_string()))? {
        let name = plain_name(&String::from_utf8_lossy(&member.path));
        let link = String::from_utf8_lossy(&member.link);
        let found = match member.kind {
            MemberKind::File if member.oddity.is_none() => {
                Member::File { at: tar.position(), size: member.size }
            }
            MemberKind::Symlink => Member::Link(beside(&name, &link)),
            MemberKind::Hardlink => Member::Link(plain_name(&link)),
            MemberKind::Directory => continue,
            _ => return Err(unreadable(what, &format!("its member `{name}` is no ordinary file")).into()),
        };
        let seek =
            |file: &mut BufReader<&File>, by| file.seek_relative(i64::try_from(by).unwrap_or(i64::MAX));
        tar.seek_over(seek).map_err(|problem| unreadable(what, &problem.to_string()))?;
        let doubled = members.insert(name.clone(), found).is_some();
        if doubled && matches!(name.as_str(), "index.json" | "manifest.json" | "oci-layout") {
            return Err(unreadable(what, &format!("it has `{name}` twice")).into());
        }
        if members.len() > MOST_MEMBERS {
            return Err(unreadable(what, &format!("it has more than {MOST_MEMBERS} members")).into());
        }
    }
    Ok(members)
}

/// Without `./` and doubled slashes, so that members are found however they were written.
fn plain_name(name: &str) -> String {
    name.split('/').filter(|part| !matches!(*part, "" | ".")).collect::<Vec<_>>().join("/")
}

/// The member a link of the member `name` points to. A target that climbs out of the archive finds nothing.
fn beside(name: &str, target: &str) -> String {
    let mut parts: Vec<&str> = name.split('/').collect();
    parts.pop();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

fn unreadable(what: &str, why: &str) -> Rejection {
    Rejection::new("image-unreadable", format!("{what} is not a readable image archive: {why}"))
        .hint("save it again, for example with `docker save -o FILE NAME`")
}
