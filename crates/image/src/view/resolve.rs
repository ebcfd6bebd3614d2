//! Following symbolic links inside the image, as a process chrooted into it would.

use super::{Node, NodeKind, View};

/// Links followed before a path counts as a cycle; the kernel's own limit.
const MOST_LINKS: usize = 40;

/// Why a path leads nowhere.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ResolveError {
    /// Nothing is there, and no link led there.
    #[error("`{path}` does not exist in the image")]
    NotFound {
        /// The first missing part, absolute.
        path: String,
    },
    /// A link points at nothing.
    #[error("the symbolic link `{link}` points to `{target}`, which does not exist in the image")]
    Dangling {
        /// The last link followed, absolute.
        link: String,
        /// The first missing part, absolute.
        target: String,
    },
    /// Links lead in a circle, or through more than 40 links.
    #[error("`{link}` is part of a circle of symbolic links, or of a chain of more than 40")]
    Cycle {
        /// The link at which following stopped.
        link: String,
    },
    /// Something that is no folder has a path below it.
    #[error("`{path}` is not a folder")]
    NotDirectory {
        /// The part that should be a folder.
        path: String,
    },
}

impl View {
    /// Follows links, also in the last component. Returns the path reached, absolute and normalised, and its node.
    /// Relative paths start at `/`, and `..` stops there.
    pub fn resolve(&self, path: &str) -> Result<(String, &Node), ResolveError> {
        let mut walk =
            Walk { view: self, reached: String::new(), todo: components(path), link: None, links: 0 };
        while let Some(component) = walk.todo.pop() {
            walk.step(component)?;
        }
        walk.finish()
    }
}

/// The components of `path`, last first.
fn components(path: &str) -> Vec<String> {
    path.split('/').rev().filter(|part| !matches!(*part, "" | ".")).map(str::to_owned).collect()
}

struct Walk<'a> {
    view: &'a View,
    /// Path without links reached so far; empty for the root.
    reached: String,
    /// Components still to walk, next one last.
    todo: Vec<String>,
    /// The last link followed.
    link: Option<String>,
    links: usize,
}

impl<'a> Walk<'a> {
    fn step(&mut self, component: String) -> Result<(), ResolveError> {
        if component == ".." {
            let parent = self.reached.rfind('/').unwrap_or(0);
            self.reached.truncate(parent);
            return Ok(());
        }
        let next = format!("{}/{component}", self.reached);
        let Some(node) = self.view.get(&next) else { return Err(self.missing(next)) };
        match &node.kind {
            NodeKind::Symlink(target) => self.follow(next, target),
            NodeKind::Directory => {
                self.reached = next;
                Ok(())
            }
            _ if self.todo.is_empty() => {
                self.reached = next;
                Ok(())
            }
            _ => Err(ResolveError::NotDirectory { path: next }),
        }
    }

    fn follow(&mut self, link: String, target: &str) -> Result<(), ResolveError> {
        self.links += 1;
        if self.links > MOST_LINKS {
            return Err(ResolveError::Cycle { link });
        }
        if target.starts_with('/') {
            self.reached.clear();
        }
        self.todo.extend(components(target));
        self.link = Some(link);
        Ok(())
    }

    fn missing(&mut self, target: String) -> ResolveError {
        match self.link.take() {
            Some(link) => ResolveError::Dangling { link, target },
            None => ResolveError::NotFound { path: target },
        }
    }

    fn finish(mut self) -> Result<(String, &'a Node), ResolveError> {
        let path = if self.reached.is_empty() { "/".to_owned() } else { std::mem::take(&mut self.reached) };
        match self.view.get(&path) {
            Some(node) => Ok((path, node)),
            None => Err(self.missing(path)),
        }
    }
}
