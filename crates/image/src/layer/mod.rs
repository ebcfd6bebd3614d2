//! One layer: streamed once, checked, and unpacked below a folder.

pub(crate) mod beneath;
mod budget;
mod chunks;
mod decide;
mod decode;
mod entry;
mod files;
mod index_file;
mod inflate;
mod measure;
mod path;
mod problem;
mod stream;
mod trouble;
mod unpack;

pub(crate) use budget::{Budget, Over};
pub(crate) use decode::sniff;
pub(crate) use entry::{Entry, EntryKind, LayerIndex};
pub(crate) use index_file::{read_index, write_index};
pub(crate) use measure::judge_measures;
pub(crate) use stream::{LayerTrouble, Promise, Unpacked, unpack};
