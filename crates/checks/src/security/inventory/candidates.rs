//! Finds the files that may be records of language packages, also behind links: a folder that is linked elsewhere must
//! not hide what is in it.

use std::collections::BTreeSet;

use assay_image::{Node, NodeKind, View};

use super::Kind;
use super::system::readable;

/// Records that are looked at; past that the inventory is not whole.
pub(super) const MOST: usize = 200_000;

/// Paths of possible records, each once, by their place after following links.
#[derive(Default, Debug)]
pub(super) struct Candidates {
    /// The places.
    pub(super) records: BTreeSet<(Kind, String)>,
    /// `*.dist-info` folders without a `METADATA`.
    pub(super) bare: Vec<String>,
    /// Whether there were more than [`MOST`].
    pub(super) cut: bool,
    /// Folders that were looked into through a link. A thousand links to one folder are one look.
    visited: BTreeSet<String>,
}

impl Candidates {
    pub(super) fn find(view: &View) -> Self {
        let mut candidates = Self::default();
        for (path, node) in view.iter() {
            candidates.look(view, path, node);
            if candidates.records.len() > MOST {
                candidates.cut = true;
                break;
            }
        }
        candidates
    }

    fn look(&mut self, view: &View, path: &str, node: &Node) {
        let linked = matches!(node.kind, NodeKind::Symlink(_));
        if readable(node) && python_record(path) {
            self.add(view, Kind::Python, path);
        } else if path.ends_with(".dist-info") && (linked || node.is_dir()) {
            let metadata = format!("{path}/METADATA");
            match view.resolve(&metadata) {
                Ok(_) => self.add(view, Kind::Python, &metadata),
                Err(_) => self.bare.push(path.to_owned()),
            }
        } else if path.ends_with(".egg-info") && linked {
            self.add(view, Kind::Python, &format!("{path}/PKG-INFO"));
        } else if readable(node) && path.ends_with("/package.json") && path.contains("/node_modules/") {
            self.add(view, Kind::Node, path);
        } else if linked && (path.ends_with("/node_modules") || path.contains("/node_modules/")) {
            self.linked_modules(view, path);
        }
    }

    /// A linked package folder, a linked scope, or a linked `node_modules`.
    fn linked_modules(&mut self, view: &View, path: &str) {
        let Ok((reached, node)) = view.resolve(path) else { return };
        if !node.is_dir() || reached == "/" || !self.visited.insert(reached.clone()) {
            return;
        }
        self.add(view, Kind::Node, &format!("{reached}/package.json"));
        for (child, _) in view.children(&reached).filter(|(_, child)| child.is_dir()) {
            self.add(view, Kind::Node, &format!("{child}/package.json"));
            if child.rsplit('/').next().is_some_and(|name| name.starts_with('@')) {
                let inner = view.children(child).map(|(inner, _)| format!("{inner}/package.json"));
                inner.for_each(|record| self.add(view, Kind::Node, &record));
            }
        }
    }

    fn add(&mut self, view: &View, kind: Kind, path: &str) {
        if let Ok((reached, node)) = view.resolve(path)
            && node.is_file()
        {
            self.records.insert((kind, reached));
        } else if view.get(path).is_some_and(readable) {
            // A link that leads nowhere: kept, so that reading says so.
            self.records.insert((kind, path.to_owned()));
        }
    }
}

fn python_record(path: &str) -> bool {
    path.ends_with(".dist-info/METADATA")
        || path.ends_with(".egg-info/PKG-INFO")
        || path.ends_with(".egg-info")
}
