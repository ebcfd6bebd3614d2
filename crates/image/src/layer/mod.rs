//! One layer: streamed once, checked, and unpacked below a folder.

pub(crate) mod beneath;
mod entry;

pub(crate) use entry::{Entry, EntryKind, LayerIndex};
