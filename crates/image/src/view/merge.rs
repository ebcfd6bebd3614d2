//! Stacking layers: whiteouts, opaque folders, files over folders and the reverse (OCI image-spec `layer.md`).

use std::collections::BTreeMap;
use std::ops::Bound;

use super::{Node, NodeKind, View, ViewLayer};
use crate::layer::{Entry, EntryKind, LayerIndex};

/// The view of `layers`, lowest first.
pub(crate) fn merge<'a>(layers: impl IntoIterator<Item = (ViewLayer, &'a LayerIndex)>) -> View {
    let mut view = View::default();
    for (layer, index) in layers {
        let number = u32::try_from(view.layers.len()).unwrap_or(u32::MAX);
        view.layers.push(layer);
        // What a layer removes is removed from the layers below it only, wherever the mark stands in the layer.
        index.entries.iter().for_each(|entry| remove(&mut view.nodes, entry));
        index.entries.iter().for_each(|entry| add(&mut view.nodes, entry, number));
    }
    view
}

fn remove(nodes: &mut BTreeMap<String, Node>, entry: &Entry) {
    let (path, _) = entry.shown_path();
    match entry.kind {
        EntryKind::Directory { opaque: true } => remove_below(nodes, &path),
        EntryKind::Directory { opaque: false } => {
            if nodes.get(&path).is_some_and(|node| node.kind != NodeKind::Directory) {
                nodes.remove(&path);
            }
        }
        _ => {
            if nodes.remove(&path).is_some_and(|node| node.kind == NodeKind::Directory) {
                remove_below(nodes, &path);
            }
        }
    }
}

fn remove_below(nodes: &mut BTreeMap<String, Node>, dir: &str) {
    let prefix = super::folder_prefix(dir);
    let from = (Bound::Excluded(prefix.clone()), Bound::Unbounded);
    let doomed = nodes.range::<String, _>(from).map(|(path, _)| path);
    let doomed: Vec<String> = doomed.take_while(|path| path.starts_with(&prefix)).cloned().collect();
    for path in doomed {
        nodes.remove(&path);
    }
}

fn add(nodes: &mut BTreeMap<String, Node>, entry: &Entry, layer: u32) {
    let kind = match &entry.kind {
        EntryKind::File => NodeKind::File,
        EntryKind::Directory { .. } => NodeKind::Directory,
        EntryKind::Symlink(target) => NodeKind::Symlink(String::from_utf8_lossy(target).into_owned()),
        EntryKind::CharDevice => NodeKind::CharDevice,
        EntryKind::BlockDevice => NodeKind::BlockDevice,
        EntryKind::Fifo => NodeKind::Fifo,
        EntryKind::Whiteout => return,
    };
    let (path, exact) = entry.shown_path();
    let node = Node {
        kind,
        size: entry.size,
        mode: entry.mode,
        uid: entry.uid,
        gid: entry.gid,
        mtime: entry.mtime,
        layer,
        has_capabilities: entry.has_capabilities,
        disk: (!exact).then(|| entry.path.clone()),
    };
    nodes.insert(path, node);
}
