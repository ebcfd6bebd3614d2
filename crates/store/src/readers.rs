//! Connections that only read. Each transaction sees one unchanging view, whatever is written meanwhile.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use assay_core::Refused;
use assay_core::ledger::Unit;
use rusqlite::{Connection, OpenFlags};

use crate::codec::fault;
use crate::database::connect;
use crate::records::Records;

/// Idle connections kept; more are opened when they are needed and closed afterwards.
const KEPT: usize = 16;

#[derive(Debug)]
pub(crate) struct Readers {
    file: PathBuf,
    idle: Mutex<Vec<Connection>>,
}

impl Readers {
    pub(crate) fn of(file: PathBuf) -> Self {
        Self { file, idle: Mutex::new(Vec::new()) }
    }

    /// The file they read.
    pub(crate) fn file(&self) -> &Path {
        &self.file
    }

    /// Runs `unit` over one view of the records. A connection on which something failed is not kept.
    pub(crate) fn run(&self, unit: Unit<'_>) -> Result<(), Refused> {
        let connection = self.take()?;
        let execute = |sql: &str| {
            connection.execute_batch(sql).map_err(|cause| fault("reading the database".into(), cause))
        };
        execute("BEGIN DEFERRED")?;
        let result = unit(&Records::of(&connection));
        execute("ROLLBACK")?;
        self.put_back(connection);
        result
    }

    fn take(&self) -> Result<Connection, Refused> {
        if let Some(idle) = self.idle().pop() {
            return Ok(idle);
        }
        // Opened for writing, because a reader has to be able to make the log's shared index; the pragma keeps it honest.
        let connection = connect(&self.file, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        connection
            .execute_batch("PRAGMA query_only = ON")
            .map_err(|cause| fault("opening the database".into(), cause))?;
        Ok(connection)
    }

    fn put_back(&self, connection: Connection) {
        let mut idle = self.idle();
        if idle.len() < KEPT {
            idle.push(connection);
        }
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Connection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
