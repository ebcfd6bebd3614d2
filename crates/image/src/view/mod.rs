//! The merged file system of an image: what a process in it would see.

mod merge;
mod read;
mod resolve;

use std::collections::BTreeMap;
use std::ops::Bound;
use std::os::fd::OwnedFd;
use std::sync::Arc;

use assay_core::Digest;

pub use read::ReadError;
pub use resolve::ResolveError;

pub(crate) use merge::merge;

/// What kind of thing a path is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum NodeKind {
    /// A regular file.
    File,
    /// A folder.
    Directory,
    /// A symbolic link and its target as written; bytes that are not UTF-8 are replaced.
    Symlink(String),
    /// A character device of the image; never made on our disk.
    CharDevice,
    /// A block device of the image; never made on our disk.
    BlockDevice,
    /// A named pipe; never made on our disk.
    Fifo,
}

impl NodeKind {
    /// The word used in messages.
    pub fn name(&self) -> &'static str {
        match self {
            Self::File => "a regular file",
            Self::Directory => "a folder",
            Self::Symlink(_) => "a symbolic link",
            Self::CharDevice => "a character device",
            Self::BlockDevice => "a block device",
            Self::Fifo => "a named pipe",
        }
    }
}

/// One path of the merged file system, with what the image says about it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Node {
    /// What it is.
    pub kind: NodeKind,
    /// Size in bytes of a regular file, else 0.
    pub size: u64,
    /// Permission bits with setuid, setgid and sticky, as the image has them.
    pub mode: u32,
    /// Owner.
    pub uid: u32,
    /// Group.
    pub gid: u32,
    /// Time of last change in seconds since 1970.
    pub mtime: i64,
    /// Number of the layer it came from, lowest is 0.
    pub layer: u32,
    /// Whether it carries `security.capability`.
    pub has_capabilities: bool,
    /// Its path on disk below the layer's rootfs, when the path shown had to be made UTF-8.
    pub(crate) disk: Option<Box<[u8]>>,
}

impl Node {
    /// Whether it is a regular file.
    pub fn is_file(&self) -> bool {
        self.kind == NodeKind::File
    }

    /// Whether it is a folder.
    pub fn is_dir(&self) -> bool {
        self.kind == NodeKind::Directory
    }

    /// Whether it is a file with an execute bit.
    pub fn is_executable(&self) -> bool {
        self.is_file() && self.mode & 0o111 != 0
    }
}

/// The merged file system after whiteouts. Reads come from the unpacked layers; links are resolved inside the image
/// only. Paths are absolute and normalised: `/`, `/var/manifest.json`.
#[derive(Clone, Debug, Default)]
pub struct View {
    nodes: BTreeMap<String, Node>,
    layers: Vec<ViewLayer>,
}

/// An unpacked layer as the view needs it.
#[derive(Clone, Debug)]
pub(crate) struct ViewLayer {
    pub(crate) diff_id: Digest,
    pub(crate) rootfs: Arc<OwnedFd>,
}

impl View {
    /// The node at an absolute normalised path; the last component is not followed.
    pub fn get(&self, path: &str) -> Option<&Node> {
        self.nodes.get(path)
    }

    /// All nodes with their paths, sorted by path.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Node)> {
        self.nodes.iter().map(|(path, node)| (path.as_str(), node))
    }

    /// Everything below `dir`, at any depth, sorted by path. Links are not followed.
    pub fn below<'a>(&'a self, dir: &str) -> impl Iterator<Item = (&'a str, &'a Node)> + use<'a> {
        let prefix = folder_prefix(dir);
        let from = (Bound::Excluded(prefix.clone()), Bound::Unbounded);
        self.nodes
            .range(from)
            .take_while(move |(path, _)| path.starts_with(&prefix))
            .map(|(path, node)| (path.as_str(), node))
    }

    /// The direct children of `dir`, sorted by path. Links are not followed.
    pub fn children<'a>(&'a self, dir: &str) -> impl Iterator<Item = (&'a str, &'a Node)> + use<'a> {
        let prefix = folder_prefix(dir);
        let mut from = Bound::Excluded(prefix.clone());
        std::iter::from_fn(move || {
            loop {
                let (path, node) = self.nodes.range((from.clone(), Bound::Unbounded)).next()?;
                let rest = path.strip_prefix(&prefix)?;
                let Some(end) = rest.find('/') else {
                    from = Bound::Excluded(path.clone());
                    return Some((path.as_str(), node));
                };
                // A grandchild: jump behind the whole subtree, `0` being the character after `/`.
                let child = rest.get(..end).unwrap_or(rest);
                from = Bound::Included(format!("{prefix}{child}0"));
            }
        })
    }

    /// The diff id of the layer a node of this view came from; nothing for a node of a taller image's view.
    pub fn layer(&self, node: &Node) -> Option<&Digest> {
        self.layers.get(node.layer as usize).map(|layer| &layer.diff_id)
    }

    /// How many paths there are.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether there is nothing at all.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }
}

fn folder_prefix(dir: &str) -> String {
    let mut prefix = dir.trim_end_matches('/').to_owned();
    prefix.push('/');
    prefix
}
