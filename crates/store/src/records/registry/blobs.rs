//! Who sees which blob.

use assay_core::registry::{BlobRecords, Repository, RepositoryName, VisibleBlob};
use assay_core::{Digest, OrgId, Refused};
use jiff::Timestamp;
use rusqlite::params;

use super::{Records, size, stored_size};
use crate::codec::{micros, parsed, time};

impl BlobRecords for Records<'_> {
    fn visible_blob(&self, repository: &Repository, digest: &Digest) -> Result<Option<VisibleBlob>, Refused> {
        let sql = "SELECT size, seen_at, EXISTS (SELECT 1 FROM manifest_link AS link \
                       WHERE link.digest = seen.digest AND link.repository = seen.repository) AS linked \
                   FROM repository_blob AS seen JOIN blob USING (digest) \
                   WHERE seen.repository = ?1 AND seen.digest = ?2 AND blob.state = 'live'";
        self.one("reading a blob", sql, params![repository.id.0, digest.to_string()], |row| {
            Ok(VisibleBlob {
                size: size(row, "size")?,
                seen_at: time(row, "seen_at")?,
                linked: row.get("linked")?,
            })
        })
    }

    fn keep_blob(
        &self,
        repository: &Repository,
        digest: &Digest,
        size: u64,
        at: Timestamp,
    ) -> Result<(), Refused> {
        let sql = "INSERT INTO blob (digest, size, state, state_at) VALUES (?1, ?2, 'live', ?3) \
                   ON CONFLICT (digest) DO UPDATE SET state = 'live', size = ?2, state_at = ?3 \
                   WHERE state != 'live'";
        self.run("keeping a blob", sql, params![digest.to_string(), stored_size(size), micros(at)])?;
        self.show(repository, digest, at)
    }

    fn show_blob(
        &self,
        repository: &Repository,
        digest: &Digest,
        at: Timestamp,
    ) -> Result<Option<u64>, Refused> {
        let sql = "SELECT size FROM blob WHERE digest = ?1 AND state = 'live'";
        let found = self.one("showing a blob", sql, [digest.to_string()], |row| size(row, "size"))?;
        if found.is_some() {
            self.show(repository, digest, at)?;
        }
        Ok(found)
    }

    fn blob_of_org(&self, org: OrgId, digest: &Digest) -> Result<Option<u64>, Refused> {
        let sql = "SELECT size FROM blob WHERE digest = ?1 AND state = 'live' AND EXISTS \
                   (SELECT 1 FROM repository_blob AS seen JOIN repository ON repository.id = seen.repository \
                    WHERE seen.digest = blob.digest AND repository.org = ?2)";
        self.one("looking for a blob", sql, params![digest.to_string(), org.0], |row| size(row, "size"))
    }

    fn stamp_blob(&self, repository: &Repository, digest: &Digest, at: Timestamp) -> Result<bool, Refused> {
        let sql =
            "UPDATE repository_blob SET seen_at = max(seen_at, ?3) WHERE repository = ?1 AND digest = ?2";
        let params = params![repository.id.0, digest.to_string(), micros(at)];
        Ok(self.run("noting that a blob was asked for", sql, params)? > 0)
    }

    fn hide_blob(&self, repository: &Repository, digest: &Digest) -> Result<bool, Refused> {
        let sql = "DELETE FROM repository_blob WHERE repository = ?1 AND digest = ?2";
        let hidden = self.run("hiding a blob", sql, params![repository.id.0, digest.to_string()])? > 0;
        if hidden && !self.org_sees(repository, digest)? {
            self.count(repository, digest, "-")?;
        }
        Ok(hidden)
    }

    fn repositories_with_blob(&self, digest: &Digest, limit: u32) -> Result<Vec<RepositoryName>, Refused> {
        let sql = "SELECT name FROM repository_blob AS seen JOIN repository ON repository.id = seen.repository \
                   WHERE digest = ?1 ORDER BY name LIMIT ?2";
        self.list("listing a blob's repositories", sql, params![digest.to_string(), limit], |row| {
            parsed(row, "name")
        })
    }
}

impl Records<'_> {
    fn show(&self, repository: &Repository, digest: &Digest, at: Timestamp) -> Result<(), Refused> {
        if self.stamp_blob(repository, digest, at)? {
            return Ok(());
        }
        let counted = self.org_sees(repository, digest)?;
        let sql = "INSERT INTO repository_blob (repository, digest, seen_at) VALUES (?1, ?2, ?3)";
        self.run("showing a blob", sql, params![repository.id.0, digest.to_string(), micros(at)])?;
        if counted { Ok(()) } else { self.count(repository, digest, "+") }
    }

    /// Whether any repository of the same organization sees the blob.
    fn org_sees(&self, repository: &Repository, digest: &Digest) -> Result<bool, Refused> {
        let sql = "SELECT 1 FROM repository_blob AS seen JOIN repository ON repository.id = seen.repository \
                   WHERE digest = ?1 AND org = ?2 LIMIT 1";
        let params = params![digest.to_string(), repository.org.0];
        Ok(self.one("looking for a blob", sql, params, |_| Ok(()))?.is_some())
    }

    /// Adds the blob's size to what the organization uses, or takes it off.
    fn count(&self, repository: &Repository, digest: &Digest, sign: &str) -> Result<(), Refused> {
        let sql = format!(
            "INSERT INTO storage_use (org, bytes) SELECT ?1, {sign} size FROM blob WHERE digest = ?2 \
             ON CONFLICT (org) DO UPDATE SET bytes = bytes + excluded.bytes"
        );
        self.run("counting storage", &sql, params![repository.org.0, digest.to_string()]).map(drop)
    }
}
