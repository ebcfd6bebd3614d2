//! Packages of systems that are not read yet: counted by their files, so that nobody takes silence for health.

use std::collections::{BTreeMap, BTreeSet};

use assay_image::{ReadError, View};

use super::system::System;
use super::{Kind, Package, node};

/// Bytes of a `package.json` that are read.
const LARGEST: u64 = 1 << 20;
/// Such files that are read; more are counted unread.
const MOST: usize = 20_000;

/// What a file shows of packages that are not read.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Form {
    /// A file ending in `.jar`, `.war` or `.ear`.
    Java,
    /// A `.gemspec` below a `specifications` folder.
    Ruby,
    /// A Python package that is not unpacked.
    Wheel,
    /// A Python program with its packages in one file.
    Zipapp,
    /// A record below a `conda-meta` folder.
    Conda,
    /// The list of packages of a Node program, with none installed beside it.
    NodeLock,
    /// A `package.json` with name and version outside `node_modules`.
    Node,
}

impl Form {
    /// What one is called.
    pub fn name(self) -> &'static str {
        match self {
            Self::Java => "Java archive",
            Self::Ruby => "Ruby gem",
            Self::Wheel => "Python wheel",
            Self::Zipapp => "Python zip application",
            Self::Conda => "conda package",
            Self::NodeLock => "Node lock file",
            Self::Node => "bundled Node package",
        }
    }

    /// By the name of the file alone.
    fn of(path: &str) -> Option<Self> {
        let name = path.rsplit('/').next().unwrap_or(path);
        let ends = |ends: &[&str]| ends.iter().any(|end| name.ends_with(end));
        match name {
            "package-lock.json" | "yarn.lock" | "pnpm-lock.yaml" => Some(Self::NodeLock),
            "package.json" => Some(Self::Node),
            _ if ends(&[".jar", ".war", ".ear"]) => Some(Self::Java),
            _ if ends(&[".gemspec"]) && path.contains("/specifications/") => Some(Self::Ruby),
            _ if ends(&[".whl"]) => Some(Self::Wheel),
            _ if ends(&[".pyz"]) => Some(Self::Zipapp),
            _ if ends(&[".json"]) && path.contains("/conda-meta/") => Some(Self::Conda),
            _ => None,
        }
    }
}

/// How many of each form there are that are not the distribution's.
pub type Unread = BTreeMap<Form, u64>;

/// Counts them. `packages` are those that were read.
pub(super) fn count(view: &View, system: &System, packages: &[Package]) -> Unread {
    let node = packages.iter().filter(|package| package.kind == Kind::Node);
    let known: BTreeSet<&str> = node.map(|package| package.path.as_str()).collect();
    let mut unread = Unread::new();
    let mut looked = 0;
    for (path, _) in view.iter().filter(|(_, node)| node.is_file()) {
        let Some(form) = Form::of(path).filter(|_| !system.lists(path)) else { continue };
        let counts = match form {
            Form::NodeLock | Form::Node if path.contains("/node_modules/") || known.contains(path) => false,
            Form::NodeLock | Form::Node if installed_beside(view, path) => false,
            Form::Node => {
                looked += 1;
                looked > MOST || describes_a_package(view, path)
            }
            _ => true,
        };
        if counts {
            *unread.entry(form).or_default() += 1;
        }
    }
    unread
}

/// Whether the file belongs to a program whose packages are installed next to it, where they are read.
fn installed_beside(view: &View, path: &str) -> bool {
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let modules = view.resolve(&format!("{folder}/node_modules"));
    modules.is_ok_and(|(reached, _)| view.children(&reached).next().is_some())
}

fn describes_a_package(view: &View, path: &str) -> bool {
    match view.read(path, LARGEST) {
        Ok(bytes) => matches!(node::read(&bytes), Ok(Some(_))),
        Err(error) => matches!(error, ReadError::TooLarge { .. }),
    }
}
