//! The one connection that writes, and how several writers share one commit.
//!
//! A commit costs a wait for the disk. Whoever finds others waiting behind it leaves the transaction open for them, and
//! the last one commits for all; everybody returns only after that. Each unit has a savepoint of its own, so that one
//! refusal does not undo its neighbours.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use assay_core::ledger::Unit;
use assay_core::{Fault, Refused};
use rusqlite::Connection;

use crate::codec::fault;
use crate::records::Records;

/// Units that share a commit at most.
const BATCH: usize = 64;

/// How a batch ended; shared by all its members.
type Outcome = Arc<Mutex<Option<Result<(), Fault>>>>;

#[derive(Debug)]
pub(crate) struct Writer {
    desk: Mutex<Desk>,
    committed: Condvar,
    waiting: AtomicUsize,
}

/// The connection and the batch that is open on it.
#[derive(Debug)]
struct Desk {
    connection: Connection,
    batch: Option<Batch>,
}

#[derive(Debug, Default)]
struct Batch {
    members: usize,
    outcome: Outcome,
}

impl Writer {
    pub(crate) fn new(connection: Connection) -> Self {
        Self {
            desk: Mutex::new(Desk { connection, batch: None }),
            committed: Condvar::new(),
            waiting: AtomicUsize::new(0),
        }
    }

    /// Runs `unit` and returns when what it wrote is durable, or nothing of it is kept.
    pub(crate) fn run(&self, unit: Unit<'_>) -> Result<(), Refused> {
        let mut desk = self.sit_down();
        let mut guard = Unwinding { desk: &mut desk, committed: &self.committed, armed: true };
        let outcome = guard.desk.join()?;
        let result = guard.desk.run(unit);
        guard.armed = false;
        drop(guard);
        if self.waiting.load(Ordering::SeqCst) == 0 || desk.is_full() {
            desk.commit();
            self.committed.notify_all();
        }
        self.await_commit(desk, &outcome)?;
        result
    }

    fn sit_down(&self) -> MutexGuard<'_, Desk> {
        self.waiting.fetch_add(1, Ordering::SeqCst);
        let desk = self.desk.lock().unwrap_or_else(PoisonError::into_inner);
        self.waiting.fetch_sub(1, Ordering::SeqCst);
        desk
    }

    fn await_commit(&self, mut desk: MutexGuard<'_, Desk>, outcome: &Outcome) -> Result<(), Fault> {
        loop {
            let ended = outcome.lock().unwrap_or_else(PoisonError::into_inner).clone();
            match ended {
                Some(result) => return result,
                None => desk = self.committed.wait(desk).unwrap_or_else(PoisonError::into_inner),
            }
        }
    }
}

impl Desk {
    /// Joins the open batch, or begins one.
    fn join(&mut self) -> Result<Outcome, Fault> {
        if self.batch.is_none() {
            self.execute("BEGIN IMMEDIATE")?;
            self.batch = Some(Batch::default());
        }
        let batch = self.batch.get_or_insert_default();
        batch.members += 1;
        Ok(batch.outcome.clone())
    }

    fn run(&self, unit: Unit<'_>) -> Result<(), Refused> {
        self.execute("SAVEPOINT unit")?;
        let result = unit(&Records::of(&self.connection));
        let ending = if result.is_ok() { "RELEASE unit" } else { "ROLLBACK TO unit; RELEASE unit" };
        self.execute(ending)?;
        result
    }

    fn is_full(&self) -> bool {
        self.batch.as_ref().is_some_and(|batch| batch.members >= BATCH)
    }

    fn commit(&mut self) {
        let result = if self.batch.is_some() { self.execute("COMMIT") } else { Ok(()) };
        if result.is_err() {
            // SQLite may have rolled back by itself; then there is nothing left to undo.
            let _ = self.execute("ROLLBACK");
        }
        self.end(&result);
    }

    fn end(&mut self, result: &Result<(), Fault>) {
        if let Some(batch) = self.batch.take() {
            *batch.outcome.lock().unwrap_or_else(PoisonError::into_inner) = Some(result.clone());
        }
    }

    fn execute(&self, sql: &str) -> Result<(), Fault> {
        self.connection.execute_batch(sql).map_err(|cause| fault("writing to the database".into(), cause))
    }
}

/// Undoes the whole batch when a unit panics, and tells its members so.
struct Unwinding<'a, 'b> {
    desk: &'a mut MutexGuard<'b, Desk>,
    committed: &'a Condvar,
    armed: bool,
}

impl Drop for Unwinding<'_, '_> {
    fn drop(&mut self) {
        if self.armed && std::thread::panicking() {
            let _ = self.desk.execute("ROLLBACK");
            self.desk.end(&Err(Fault::new("store", "writing to the database", "a neighbour panicked")));
            self.committed.notify_all();
        }
    }
}
