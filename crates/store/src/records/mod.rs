//! The records by noun, one file each: what `assay_core::records` asks for, in SQL.

mod accounts;
mod builds;
mod documents;
mod engines;
mod registry;
mod work;

use rusqlite::Connection;

/// The records as one transaction sees them.
pub(crate) struct Records<'a> {
    connection: &'a Connection,
}

impl<'a> Records<'a> {
    pub(crate) fn of(connection: &'a Connection) -> Self {
        Self { connection }
    }
}
