//! Copies of an installation, taken while it runs, and brought back into an empty folder.
//!
//! A backup is a folder: the records as one transaction saw them, every blob they name, the trees of files that belong to
//! them, and `backup.json`, written last. On one file system files are shared by hard links and not copied; they are never
//! changed in place, neither here nor there.

mod blobs;
mod label;
mod restore;
mod take;
mod tree;

pub(crate) use restore::restore;
pub(crate) use take::take;

/// Trees of files that belong to the records, beside the blobs.
const TREES: [&str; 4] = ["evidence", "runtime", "archives", "database"];

/// The records' file.
const RECORDS: &str = "records.db";
