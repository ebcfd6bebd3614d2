//! Documents by digest.

use assay_core::records::Documents;
use assay_core::{Digest, Refused};
use jiff::Timestamp;
use rusqlite::{OptionalExtension, params};

use super::Records;
use crate::codec::{failed, micros};

impl Documents for Records<'_> {
    fn keep_document(
        &self,
        digest: &Digest,
        media_type: &str,
        bytes: &[u8],
        now: Timestamp,
    ) -> Result<(), Refused> {
        self.connection
            .prepare_cached("INSERT OR IGNORE INTO document VALUES (?1, ?2, ?3, ?4)")
            .and_then(|mut sql| sql.execute(params![digest.to_string(), media_type, bytes, micros(now)]))
            .map(drop)
            .map_err(failed("keeping a document"))
    }

    fn document(&self, digest: &Digest) -> Result<Option<(String, Vec<u8>)>, Refused> {
        self.connection
            .prepare_cached("SELECT media_type, bytes FROM document WHERE digest = ?1")
            .and_then(|mut sql| {
                sql.query_row([digest.to_string()], |row| Ok((row.get(0)?, row.get(1)?))).optional()
            })
            .map_err(failed("reading a document"))
    }
}
