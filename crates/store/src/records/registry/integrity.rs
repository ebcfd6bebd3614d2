//! Going through everything that is kept, and marking what is not what it was.

use assay_core::registry::{
    BlobIntegrity, BlobState, Repository, RepositoryName, StoredBlob, StoredManifest,
};
use assay_core::{Digest, Refused};
use jiff::Timestamp;
use rusqlite::{Row, params};

use super::{Records, manifests, size};
use crate::codec::{digest, micros, parsed};

impl BlobIntegrity for Records<'_> {
    fn stored_blob(&self, digest: &Digest) -> Result<Option<StoredBlob>, Refused> {
        let sql = "SELECT digest, size, state FROM blob WHERE digest = ?1";
        self.one("reading a blob", sql, [digest.to_string()], read)
    }

    fn blobs(&self, after: Option<&Digest>, limit: u32) -> Result<Vec<StoredBlob>, Refused> {
        let sql = "SELECT digest, size, state FROM blob WHERE digest > ?1 AND state != 'damaged' \
                   ORDER BY digest LIMIT ?2";
        let after = after.map(ToString::to_string).unwrap_or_default();
        self.list("listing blobs", sql, params![after, limit], read)
    }

    fn manifests(
        &self,
        after: Option<(&RepositoryName, &Digest)>,
        limit: u32,
    ) -> Result<Vec<(RepositoryName, StoredManifest)>, Refused> {
        let sql = "SELECT name, digest, media_type, bytes FROM image_manifest \
                   JOIN repository ON repository.id = image_manifest.repository \
                   WHERE (name, digest) > (?1, ?2) AND damaged_at IS NULL ORDER BY name, digest LIMIT ?3";
        let name = after.map(|(name, _)| name.as_str()).unwrap_or_default();
        let last = after.map(|(_, digest)| digest.to_string()).unwrap_or_default();
        self.list("listing manifests", sql, params![name, last, limit], |row| {
            Ok((parsed(row, "name")?, manifests::read(row)?))
        })
    }

    fn damage_blob(&self, damaged: &Digest, at: Timestamp) -> Result<Vec<(RepositoryName, Digest)>, Refused> {
        let sql = "UPDATE blob SET state = 'damaged', state_at = ?2 WHERE digest = ?1 AND state != 'damaged'";
        self.run("marking a blob as damaged", sql, params![damaged.to_string(), micros(at)])?;
        let sql = "SELECT name, image_manifest.digest FROM manifest_link AS link \
                   JOIN image_manifest ON image_manifest.id = link.manifest \
                   JOIN repository ON repository.id = image_manifest.repository \
                   WHERE link.digest = ?1 AND link.kind = 'blob' ORDER BY name, image_manifest.digest";
        self.list("listing a blob's manifests", sql, [damaged.to_string()], |row| {
            Ok((parsed(row, "name")?, digest(row, "digest")?))
        })
    }

    fn damage_manifest(
        &self,
        repository: &Repository,
        digest: &Digest,
        at: Timestamp,
    ) -> Result<(), Refused> {
        let sql = "UPDATE image_manifest SET damaged_at = ?3 \
                   WHERE repository = ?1 AND digest = ?2 AND damaged_at IS NULL";
        let params = params![repository.id.0, digest.to_string(), micros(at)];
        self.run("marking a manifest as damaged", sql, params).map(drop)
    }

    fn cursor(&self, task: &str) -> Result<Option<String>, Refused> {
        let sql = "SELECT at FROM task_cursor WHERE task = ?1";
        self.one("reading how far a task has come", sql, [task], |row| row.get("at"))
    }

    fn set_cursor(&self, task: &str, at: Option<&str>) -> Result<(), Refused> {
        let doing = "noting how far a task has come";
        let Some(at) = at else {
            return self.run(doing, "DELETE FROM task_cursor WHERE task = ?1", [task]).map(drop);
        };
        let sql =
            "INSERT INTO task_cursor (task, at) VALUES (?1, ?2) ON CONFLICT (task) DO UPDATE SET at = ?2";
        self.run(doing, sql, params![task, at]).map(drop)
    }
}

fn read(row: &Row<'_>) -> rusqlite::Result<StoredBlob> {
    let state = match row.get::<_, String>("state")?.as_str() {
        "live" => BlobState::Live,
        "doomed" => BlobState::Doomed,
        _ => BlobState::Damaged,
    };
    Ok(StoredBlob { digest: digest(row, "digest")?, size: size(row, "size")?, state })
}
