//! The registry's records: repositories, blobs, manifests, tags, and what keeps them in order.

mod blobs;
mod collection;
mod integrity;
mod manifests;
mod repositories;
mod storage_use;
mod tags;

use assay_core::Refused;
use rusqlite::{Params, Row};

use super::Records;
use crate::codec::failed;

impl Records<'_> {
    /// Runs a statement; how many rows it touched.
    fn run(&self, doing: &'static str, sql: &str, params: impl Params) -> Result<usize, Refused> {
        self.connection.prepare_cached(sql).and_then(|mut sql| sql.execute(params)).map_err(failed(doing))
    }

    /// The rows of a query, read by `read`.
    fn list<T>(
        &self,
        doing: &'static str,
        sql: &str,
        params: impl Params,
        read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, Refused> {
        self.connection
            .prepare_cached(sql)
            .and_then(|mut sql| sql.query_map(params, read)?.collect())
            .map_err(failed(doing))
    }

    /// The one row of a query, if there is one.
    fn one<T>(
        &self,
        doing: &'static str,
        sql: &str,
        params: impl Params,
        read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Option<T>, Refused> {
        Ok(self.list(doing, sql, params, read)?.into_iter().next())
    }
}

/// A number of bytes as it is stored.
fn stored_size(size: u64) -> i64 {
    i64::try_from(size).unwrap_or(i64::MAX)
}

/// A number of bytes as it was stored.
fn size(row: &Row<'_>, column: &str) -> rusqlite::Result<u64> {
    row.get::<_, i64>(column).map(|size| u64::try_from(size).unwrap_or(0))
}
