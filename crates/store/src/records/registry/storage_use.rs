//! What organizations store, and may.

use assay_core::registry::StorageUse;
use assay_core::{OrgId, Refused};
use rusqlite::params;

use super::{Records, size, stored_size};

impl StorageUse for Records<'_> {
    fn bytes_used(&self, org: OrgId) -> Result<u64, Refused> {
        let sql = "SELECT bytes FROM storage_use WHERE org = ?1";
        let used = self.one("reading what is stored", sql, [org.0], |row| size(row, "bytes"))?;
        Ok(used.unwrap_or(0))
    }

    fn quota(&self, org: OrgId) -> Result<Option<u64>, Refused> {
        let sql = "SELECT quota FROM storage_use WHERE org = ?1 AND quota IS NOT NULL";
        self.one("reading a quota", sql, [org.0], |row| size(row, "quota"))
    }

    fn set_quota(&self, org: OrgId, bytes: Option<u64>) -> Result<(), Refused> {
        let sql = "INSERT INTO storage_use (org, quota) VALUES (?1, ?2) \
                   ON CONFLICT (org) DO UPDATE SET quota = ?2";
        self.run("setting a quota", sql, params![org.0, bytes.map(stored_size)]).map(drop)
    }
}
