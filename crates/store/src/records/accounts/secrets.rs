//! Secrets of the installation.

use assay_core::Refused;
use assay_core::records::Secrets;
use rusqlite::{OptionalExtension, params};
use secrecy::{ExposeSecret, SecretSlice};

use super::super::Records;
use crate::codec::failed;

impl Secrets for Records<'_> {
    fn secret(&self, name: &str) -> Result<Option<SecretSlice<u8>>, Refused> {
        self.connection
            .prepare_cached("SELECT bytes FROM secret WHERE name = ?1")
            .and_then(|mut sql| sql.query_row([name], |row| row.get::<_, Vec<u8>>(0)).optional())
            .map(|bytes| bytes.map(SecretSlice::from))
            .map_err(failed("reading a secret of the installation"))
    }

    fn keep_secret(&self, name: &str, bytes: &SecretSlice<u8>) -> Result<(), Refused> {
        self.connection
            .prepare_cached("INSERT INTO secret (name, bytes) VALUES (?1, ?2) ON CONFLICT DO NOTHING")
            .and_then(|mut sql| sql.execute(params![name, bytes.expose_secret()]))
            .map(drop)
            .map_err(failed("keeping a secret of the installation"))
    }
}
