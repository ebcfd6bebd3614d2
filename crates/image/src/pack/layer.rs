//! One layer to be packed. Paths are absolute in the image; parent folders are made as needed.

use std::collections::BTreeMap;
use std::path::PathBuf;

/// A layer: what is at which path. A path set twice holds what was set last.
#[derive(Clone, Debug, Default)]
pub struct PackLayer {
    pub(super) entries: BTreeMap<String, Item>,
}

/// Something to be packed.
#[derive(Clone, Debug)]
pub(super) struct Item {
    pub(super) content: Content,
    /// `None` takes the mode of the host's file, or 0755 for folders and executable files and 0644 for others.
    pub(super) mode: Option<u32>,
    pub(super) uid: u32,
    pub(super) gid: u32,
}

#[derive(Clone, Debug)]
pub(super) enum Content {
    Bytes(Vec<u8>),
    HostFile(PathBuf),
    HostTree(PathBuf),
    Folder { opaque: bool },
    Symlink(String),
    Hardlink(String),
    Whiteout,
}

impl PackLayer {
    /// An empty layer.
    pub fn new() -> Self {
        Self::default()
    }

    /// A file with these bytes.
    #[must_use]
    pub fn file(self, path: &str, bytes: impl Into<Vec<u8>>, mode: u32) -> Self {
        self.put(path, Content::Bytes(bytes.into()), Some(mode))
    }

    /// A file of the host; its mode when `mode` is `None`.
    #[must_use]
    pub fn host_file(self, path: &str, host: impl Into<PathBuf>, mode: Option<u32>) -> Self {
        self.put(path, Content::HostFile(host.into()), mode)
    }

    /// A folder of the host with everything in it: files, folders and symbolic links, owned by root. Devices, pipes
    /// and sockets are left out.
    #[must_use]
    pub fn host_tree(self, path: &str, host: impl Into<PathBuf>) -> Self {
        self.put(path, Content::HostTree(host.into()), None)
    }

    /// A folder.
    #[must_use]
    pub fn folder(self, path: &str, mode: u32) -> Self {
        self.put(path, Content::Folder { opaque: false }, Some(mode))
    }

    /// A folder that hides what lower layers have in it.
    #[must_use]
    pub fn opaque_folder(self, path: &str, mode: u32) -> Self {
        self.put(path, Content::Folder { opaque: true }, Some(mode))
    }

    /// A symbolic link.
    #[must_use]
    pub fn symlink(self, path: &str, target: &str) -> Self {
        self.put(path, Content::Symlink(target.to_owned()), Some(0o777))
    }

    /// A hard link to a file of this layer.
    #[must_use]
    pub fn hardlink(self, path: &str, target: &str) -> Self {
        self.put(path, Content::Hardlink(target.to_owned()), None)
    }

    /// Removes the path that lower layers have.
    #[must_use]
    pub fn whiteout(self, path: &str) -> Self {
        self.put(path, Content::Whiteout, None)
    }

    /// Gives the path set before, a tree with everything in it, to this owner.
    #[must_use]
    pub fn owner(mut self, path: &str, uid: u32, gid: u32) -> Self {
        if let Some(item) = self.entries.get_mut(&normalised(path)) {
            (item.uid, item.gid) = (uid, gid);
        }
        self
    }

    fn put(mut self, path: &str, content: Content, mode: Option<u32>) -> Self {
        self.entries.insert(normalised(path), Item { content, mode, uid: 0, gid: 0 });
        self
    }
}

/// Without leading, trailing and doubled slashes.
fn normalised(path: &str) -> String {
    path.split('/').filter(|part| !matches!(*part, "" | ".")).collect::<Vec<_>>().join("/")
}
