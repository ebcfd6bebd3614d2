//! The database file.

use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use assay_core::ledger::Unit;
use assay_core::work::Doorbell;
use assay_core::{Fault, Ledger, Refused};
use rusqlite::{Connection, OpenFlags};

use crate::codec::fault;
use crate::migrate::migrate;
use crate::readers::Readers;
use crate::snapshot;
use crate::writer::Writer;

/// How long a connection waits for another process that writes, such as a command on the same data folder.
const BUSY: Duration = Duration::from_secs(10);

/// Statements a connection keeps ready.
const STATEMENTS: usize = 256;

/// The records of an installation in one file.
#[derive(Debug)]
pub struct Database {
    writer: Writer,
    readers: Readers,
}

impl Database {
    /// Opens the database in `file`, made when it is not there, and brings its schema up to date.
    ///
    /// # Errors
    /// A rejection when a newer release has written the file; a fault when it cannot be read or written.
    pub fn open(file: &Path) -> Result<Self, Refused> {
        make_private(file)?;
        let mut connection =
            connect(file, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE)?;
        prepare_file(&connection)?;
        migrate(&mut connection)?;
        Ok(Self { writer: Writer::new(connection), readers: Readers::of(PathBuf::from(file)) })
    }

    /// Copies the records, as one transaction sees them, to a new file, while others go on reading and writing.
    ///
    /// # Errors
    /// A fault when the copy cannot be made.
    pub fn copy_to(&self, file: &Path) -> Result<(), Refused> {
        snapshot::copy(self.readers.file(), file)
    }

    /// What is wrong with a database file, looked through from end to end; nothing when it is sound.
    ///
    /// # Errors
    /// A fault when it cannot be read at all.
    pub fn faults_of(file: &Path) -> Result<Vec<String>, Refused> {
        snapshot::faults_of(file)
    }

    /// From now on `bell` rings after every commit of this process that queued work. The first bell stays.
    pub fn ring(&self, bell: Arc<dyn Doorbell>) {
        self.writer.ring(bell);
    }
}

impl Ledger for Database {
    fn reading(&self, unit: Unit<'_>) -> Result<(), Refused> {
        self.readers.run(unit)
    }

    fn writing(&self, unit: Unit<'_>) -> Result<(), Refused> {
        self.writer.run(unit)
    }
}

/// Makes the file, if it is not there, for its owner alone: it holds secrets. What SQLite makes beside it takes after it.
pub(crate) fn make_private(file: &Path) -> Result<(), Refused> {
    let made = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(file);
    made.map(drop)
        .map_err(|cause| Fault::io(format!("opening the database `{}`", file.display()), cause).into())
}

/// A connection with the settings of the house. Without SQLite's own locks: each connection is used by one thread at a
/// time.
pub(crate) fn connect(file: &Path, flags: OpenFlags) -> Result<Connection, Refused> {
    let doing = || format!("opening the database `{}`", file.display());
    let connection = Connection::open_with_flags(file, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)
        .map_err(|cause| fault(doing(), cause))?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    connection.busy_timeout(BUSY).map_err(|cause| fault(doing(), cause))?;
    connection
        .execute_batch("PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY; PRAGMA trusted_schema = OFF;")
        .map_err(|cause| fault(doing(), cause))?;
    Ok(connection)
}

/// Write-ahead log, and a commit that has reached the disk when it returns: an acknowledged push is not lost.
fn prepare_file(connection: &Connection) -> Result<(), Refused> {
    connection
        .execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 67108864;",
        )
        .map_err(|cause| fault("preparing the database".into(), cause).into())
}
