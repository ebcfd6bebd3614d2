//! The one connection that writes, and how several writers share one commit.
//!
//! A commit costs a wait for the disk. Whoever finds others waiting behind it leaves the transaction open for them, and
//! the last one commits for all; everybody returns only after that. Each unit has a savepoint of its own, so that one
//! that is refused or panics does not undo its neighbours.

mod within;

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};

use assay_core::ledger::Unit;
use assay_core::work::{Doorbell, WorkKind};
use assay_core::{Fault, Refused};
use rusqlite::Connection;

use self::within::Within;
use crate::codec::fault;
use crate::records::Records;

/// Units that share a commit at most.
const BATCH: usize = 64;

/// How a batch ended; shared by all its members.
type Outcome = Arc<Mutex<Option<Result<(), Fault>>>>;

/// What a unit came to: refused or not, unless it panicked.
type Ran = Result<Result<(), Refused>, Box<dyn Any + Send>>;

pub(crate) struct Writer {
    desk: Mutex<Desk>,
    committed: Condvar,
    waiting: AtomicUsize,
    bell: OnceLock<Arc<dyn Doorbell>>,
}

/// The connection and the batch that is open on it.
struct Desk {
    connection: Connection,
    batch: Option<Batch>,
}

#[derive(Default)]
struct Batch {
    members: usize,
    outcome: Outcome,
    /// Kinds of work that its members queued.
    queued: Vec<WorkKind>,
}

impl std::fmt::Debug for Writer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Writer").finish_non_exhaustive()
    }
}

impl Writer {
    pub(crate) fn new(connection: Connection) -> Self {
        Self {
            desk: Mutex::new(Desk { connection, batch: None }),
            committed: Condvar::new(),
            waiting: AtomicUsize::new(0),
            bell: OnceLock::new(),
        }
    }

    /// From now on `bell` rings after every commit that queued work. The first one stays.
    pub(crate) fn ring(&self, bell: Arc<dyn Doorbell>) {
        let _ = self.bell.set(bell);
    }

    /// Runs `unit` and returns when what it wrote is durable, or nothing of it is kept.
    pub(crate) fn run(&self, unit: Unit<'_>) -> Result<(), Refused> {
        let _within = Within::enter(self)?;
        let mut desk = self.sit_down();
        let outcome = desk.join()?;
        let ran = desk.run(unit);
        let queued = desk.settle(self.waiting.load(Ordering::SeqCst) > 0);
        if queued.is_some() {
            self.committed.notify_all();
        }
        let committed = self.await_commit(desk, &outcome);
        self.tell(&queued.unwrap_or_default());
        let result = ran.unwrap_or_else(|panic| resume_unwind(panic));
        committed?;
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

    fn tell(&self, queued: &[WorkKind]) {
        if let Some(bell) = self.bell.get().filter(|_| !queued.is_empty()) {
            bell.ring(queued);
        }
    }
}

impl Desk {
    /// Joins the open batch, or begins one.
    fn join(&mut self) -> Result<Outcome, Fault> {
        if self.batch.is_none() {
            self.execute("BEGIN IMMEDIATE")?;
        }
        let batch = self.batch.get_or_insert_default();
        batch.members += 1;
        Ok(batch.outcome.clone())
    }

    /// Runs a unit within a savepoint; what it did stays only when it was neither refused nor panicked.
    fn run(&mut self, unit: Unit<'_>) -> Ran {
        if let Err(fault) = self.execute("SAVEPOINT unit") {
            return Ok(Err(fault.into()));
        }
        let records = Records::of(&self.connection);
        let ran = catch_unwind(AssertUnwindSafe(|| unit(&records)));
        let queued = records.queued();
        let good = matches!(ran, Ok(Ok(())));
        let ended = self.execute(if good { "RELEASE unit" } else { "ROLLBACK TO unit; RELEASE unit" });
        match (ended, &mut self.batch) {
            (Err(fault), _) => {
                // What cannot be undone alone must not be kept with its neighbours' work. SQLite may have undone all.
                let _ = self.execute("ROLLBACK");
                if good {
                    return Ok(Err(fault.into()));
                }
            }
            (Ok(()), Some(batch)) if good => batch.queued.extend(queued),
            (Ok(()), _) => {}
        }
        ran
    }

    /// Ends the batch, unless somebody waits to join it and it has room. Says what work it queued when it ended.
    fn settle(&mut self, awaited: bool) -> Option<Vec<WorkKind>> {
        // Some failures (a full disk) make SQLite undo the whole transaction by itself.
        if self.connection.is_autocommit() {
            let undone =
                Fault::new("store", "writing to the database", "a neighbour's failure undid the transaction");
            return Some(self.end(Err(undone.retryable())));
        }
        let full = self.batch.as_ref().is_some_and(|batch| batch.members >= BATCH);
        (!awaited || full).then(|| self.commit())
    }

    fn commit(&mut self) -> Vec<WorkKind> {
        let result = self.execute("COMMIT");
        if result.is_err() {
            // SQLite may have rolled back by itself; then there is nothing left to undo.
            let _ = self.execute("ROLLBACK");
        }
        self.end(result)
    }

    fn end(&mut self, result: Result<(), Fault>) -> Vec<WorkKind> {
        let Some(batch) = self.batch.take() else { return Vec::new() };
        let queued = if result.is_ok() { batch.queued } else { Vec::new() };
        *batch.outcome.lock().unwrap_or_else(PoisonError::into_inner) = Some(result);
        queued
    }

    fn execute(&self, sql: &str) -> Result<(), Fault> {
        self.connection.execute_batch(sql).map_err(|cause| fault("writing to the database".into(), cause))
    }
}

#[cfg(test)]
mod tests;
