//! The records by noun, one file each: what `assay_core::records` asks for, in SQL.

mod accounts;
mod builds;
mod documents;
mod engines;
mod notices;
mod policies;
mod pushes;
mod registry;
mod waivers;
mod work;

use std::cell::RefCell;
use std::collections::BTreeSet;

use assay_core::work::WorkKind;
use rusqlite::Connection;

/// The records as one transaction sees them.
pub(crate) struct Records<'a> {
    connection: &'a Connection,
    /// Kinds of work that became due in the transaction.
    queued: RefCell<BTreeSet<WorkKind>>,
}

impl<'a> Records<'a> {
    pub(crate) fn of(connection: &'a Connection) -> Self {
        Self { connection, queued: RefCell::default() }
    }

    /// Kinds of work queued so far.
    pub(crate) fn queued(&self) -> BTreeSet<WorkKind> {
        self.queued.take()
    }
}

#[cfg(test)]
mod tests;
