//! A database in a temporary folder.

use std::path::PathBuf;

use assay_store::Database;
use jiff::{Timestamp, ToSpan};

pub struct Place {
    pub open: Database,
    folder: tempfile::TempDir,
}

impl Place {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { open: Database::open(&folder.path().join("records.db")).unwrap(), folder }
    }

    pub fn file(&self) -> PathBuf {
        self.folder.path().join("records.db")
    }

    /// The same file as another process would have it.
    pub fn another(&self) -> Database {
        Database::open(&self.file()).unwrap()
    }
}

/// So many seconds after the start of the tests' time.
pub fn at(second: i64) -> Timestamp {
    let start: Timestamp = "2030-01-01T00:00:00Z".parse().unwrap();
    start.checked_add(second.seconds()).unwrap()
}
