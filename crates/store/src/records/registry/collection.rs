//! What nobody uses any more.

use assay_core::registry::{BlobCollection, BlobRecords, BlobState, Repository, RepositoryId, StoredBlob};
use assay_core::{Digest, OrgId, Refused};
use jiff::Timestamp;
use rusqlite::params;

use super::{Records, size};
use crate::codec::{digest, micros, parsed};

/// A blob that no repository sees and no manifest points to. One that is pointed to stays although it was deleted from
/// its repository: a build may be under way that needs it.
const UNUSED: &str = "NOT EXISTS (SELECT 1 FROM repository_blob AS seen WHERE seen.digest = blob.digest) \
                      AND NOT EXISTS (SELECT 1 FROM manifest_link AS link WHERE link.digest = blob.digest)";

/// A row that shows a blob to a repository without need.
const NEEDLESS: &str = "seen.seen_at < ?1 AND NOT EXISTS (SELECT 1 FROM manifest_link AS link \
                        WHERE link.digest = seen.digest AND link.repository = seen.repository)";

impl BlobCollection for Records<'_> {
    fn needless_blobs(&self, before: Timestamp, limit: u32) -> Result<Vec<(Repository, Digest)>, Refused> {
        let sql = format!(
            "SELECT repository.id, repository.name, repository.org, seen.digest FROM repository_blob AS seen \
             JOIN repository ON repository.id = seen.repository WHERE {NEEDLESS} LIMIT ?2"
        );
        self.list("looking for unused blobs", &sql, params![micros(before), limit], |row| {
            let repository = Repository {
                id: RepositoryId(row.get("id")?),
                name: parsed(row, "name")?,
                org: OrgId(row.get("org")?),
            };
            Ok((repository, digest(row, "digest")?))
        })
    }

    fn hide_needless_blob(
        &self,
        repository: &Repository,
        digest: &Digest,
        before: Timestamp,
    ) -> Result<bool, Refused> {
        let sql = format!(
            "SELECT 1 FROM repository_blob AS seen \
             WHERE {NEEDLESS} AND seen.repository = ?2 AND seen.digest = ?3"
        );
        let params = params![micros(before), repository.id.0, digest.to_string()];
        let needless = self.one("looking at an unused blob", &sql, params, |_| Ok(()))?.is_some();
        Ok(needless && self.hide_blob(repository, digest)?)
    }

    fn unseen_blobs(&self, limit: u32) -> Result<Vec<Digest>, Refused> {
        let sql = format!("SELECT digest FROM blob WHERE state != 'doomed' AND {UNUSED} LIMIT ?1");
        self.list("looking for blobs nobody sees", &sql, [limit], |row| digest(row, "digest"))
    }

    fn doom_blob(&self, digest: &Digest, at: Timestamp) -> Result<bool, Refused> {
        let sql = format!(
            "UPDATE blob SET state = 'doomed', state_at = ?2 \
             WHERE digest = ?1 AND state != 'doomed' AND {UNUSED}"
        );
        Ok(self.run("dooming a blob", &sql, params![digest.to_string(), micros(at)])? > 0)
    }

    fn doomed_blobs(&self, before: Timestamp, limit: u32) -> Result<Vec<StoredBlob>, Refused> {
        let sql = "SELECT digest, size FROM blob WHERE state = 'doomed' AND state_at < ?1 \
                   ORDER BY state_at LIMIT ?2";
        self.list("listing doomed blobs", sql, params![micros(before), limit], |row| {
            Ok(StoredBlob {
                digest: digest(row, "digest")?,
                size: size(row, "size")?,
                state: BlobState::Doomed,
            })
        })
    }

    fn forget_blob(&self, digest: &Digest) -> Result<bool, Refused> {
        let sql = format!("DELETE FROM blob WHERE digest = ?1 AND state = 'doomed' AND {UNUSED}");
        Ok(self.run("forgetting a blob", &sql, [digest.to_string()])? > 0)
    }

    fn unused_blobs(&self, before: Timestamp) -> Result<(u64, u64), Refused> {
        let sql = "SELECT count(*) AS blobs, coalesce(sum(size), 0) AS bytes FROM blob \
                   WHERE NOT EXISTS (SELECT 1 FROM manifest_link AS link WHERE link.digest = blob.digest) \
                   AND NOT EXISTS (SELECT 1 FROM repository_blob AS seen \
                                   WHERE seen.digest = blob.digest AND seen.seen_at >= ?1)";
        let read = |row: &rusqlite::Row<'_>| Ok((size(row, "blobs")?, size(row, "bytes")?));
        let found = self.one("adding up unused blobs", sql, [micros(before)], read)?;
        Ok(found.unwrap_or_default())
    }
}
