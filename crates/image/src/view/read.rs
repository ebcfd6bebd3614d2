//! Reading files of the merged view from the unpacked layers.

use std::fs::File;
use std::io::Read;

use assay_core::Fault;

use super::{Node, NodeKind, ResolveError, View};
use crate::layer::beneath;

/// Why a file could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// The image has no such path.
    #[error("`{path}` does not exist in the image")]
    NotFound {
        /// The path asked for.
        path: String,
    },
    /// It is there, but not a regular file.
    #[error("`{path}` is {}, not a regular file", kind.name())]
    NotRegular {
        /// The path reached.
        path: String,
        /// What it is.
        kind: NodeKind,
    },
    /// It is larger than the caller can take.
    #[error("`{path}` has {size} bytes, more than the {limit} that are read")]
    TooLarge {
        /// The path reached.
        path: String,
        /// Its size in bytes.
        size: u64,
        /// The caller's limit in bytes.
        limit: u64,
    },
    /// Its links lead nowhere.
    #[error(transparent)]
    Link(ResolveError),
    /// Our own disk failed.
    #[error(transparent)]
    Io(Fault),
}

impl View {
    /// The bytes of the regular file at `path`, links followed, at most `limit` bytes.
    pub fn read(&self, path: &str, limit: u64) -> Result<Vec<u8>, ReadError> {
        let (reached, node) = self.find_file(path)?;
        if node.size > limit {
            return Err(ReadError::TooLarge { path: reached, size: node.size, limit });
        }
        let mut bytes = Vec::with_capacity(usize::try_from(node.size).unwrap_or(0));
        let mut file = self.open_node(&reached, node).map_err(ReadError::Io)?.take(node.size);
        file.read_to_end(&mut bytes).map_err(|cause| ReadError::Io(disk(&reached, cause)))?;
        Ok(bytes)
    }

    /// Opens the regular file at `path`, links followed, to be read as a stream of its `Node::size` bytes.
    pub fn open(&self, path: &str) -> Result<std::io::Take<File>, ReadError> {
        let (reached, node) = self.find_file(path)?;
        Ok(self.open_node(&reached, node).map_err(ReadError::Io)?.take(node.size))
    }

    fn find_file(&self, path: &str) -> Result<(String, &Node), ReadError> {
        let (reached, node) = self.resolve(path).map_err(|problem| match problem {
            ResolveError::NotFound { .. } | ResolveError::NotDirectory { .. } => {
                ReadError::NotFound { path: path.to_owned() }
            }
            other => ReadError::Link(other),
        })?;
        if node.kind != NodeKind::File {
            return Err(ReadError::NotRegular { path: reached, kind: node.kind.clone() });
        }
        Ok((reached, node))
    }

    fn open_node(&self, path: &str, node: &Node) -> Result<File, Fault> {
        let layer = self.layers.get(node.layer as usize);
        let layer = layer.ok_or_else(|| disk(path, "the view has no such layer"))?;
        let below = node.disk.as_deref().unwrap_or_else(|| path.trim_start_matches('/').as_bytes());
        beneath::open_file(&layer.rootfs, below).map_err(|cause| disk(path, cause))
    }
}

fn disk(path: &str, cause: impl ToString) -> Fault {
    Fault::io(format!("reading `{path}` from the unpacked image"), cause)
        .hint("the data folder may have been changed by hand; remove its `images` folder and try again")
}
