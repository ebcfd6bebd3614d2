//! Manifests and what they point to.

use assay_core::account::Actor;
use assay_core::registry::{
    Link, LinkKind, ManifestPush, ManifestRecords, Referrer, Repository, StoredManifest, TagRecords,
};
use assay_core::{Digest, Refused};
use jiff::Timestamp;
use rusqlite::{Row, params};

use super::{Records, size};
use crate::codec::{digest, json, micros, to_json};

impl ManifestRecords for Records<'_> {
    fn missing_links(&self, repository: &Repository, links: &[Link]) -> Result<Vec<Digest>, Refused> {
        let mut missing = Vec::new();
        for link in links {
            if !self.has(repository, link)? {
                missing.push(link.digest.clone());
            }
        }
        Ok(missing)
    }

    fn insert_manifest(&self, repository: &Repository, push: &ManifestPush) -> Result<bool, Refused> {
        let new = self.insert(repository, push)?;
        if new {
            self.link(repository, push)?;
        } else {
            self.heal(repository, push)?;
        }
        Ok(new)
    }

    fn manifest(&self, repository: &Repository, wanted: &Digest) -> Result<Option<StoredManifest>, Refused> {
        let sql = "SELECT digest, media_type, bytes FROM image_manifest \
                   WHERE repository = ?1 AND digest = ?2 AND damaged_at IS NULL";
        self.one("reading a manifest", sql, params![repository.id.0, wanted.to_string()], read)
    }

    fn has_manifest(&self, repository: &Repository, wanted: &Digest) -> Result<bool, Refused> {
        self.has(repository, &Link { digest: wanted.clone(), kind: LinkKind::Manifest })
    }

    fn manifests_around(
        &self,
        repository: &Repository,
        wanted: &Digest,
        limit: u32,
    ) -> Result<Vec<Digest>, Refused> {
        let sql = "SELECT image_manifest.digest FROM manifest_link AS link \
                   JOIN image_manifest ON image_manifest.id = link.manifest \
                   WHERE link.digest = ?2 AND link.repository = ?1 AND link.kind = 'manifest' \
                   ORDER BY image_manifest.digest LIMIT ?3";
        let params = params![repository.id.0, wanted.to_string(), limit];
        self.list("listing what points to a manifest", sql, params, |row| digest(row, "digest"))
    }

    fn delete_manifest(
        &self,
        repository: &Repository,
        wanted: &Digest,
        actor: &Actor,
        at: Timestamp,
    ) -> Result<bool, Refused> {
        for tag in self.tags_of(repository, wanted)? {
            self.delete_tag(repository, &tag, actor, at)?;
        }
        self.stamp_linked(repository, wanted, at)?;
        let sql = "DELETE FROM image_manifest WHERE repository = ?1 AND digest = ?2";
        Ok(self.run("deleting a manifest", sql, params![repository.id.0, wanted.to_string()])? > 0)
    }

    fn referrers(
        &self,
        repository: &Repository,
        subject: &Digest,
        artifact_type: Option<&str>,
        after: Option<&Digest>,
        limit: u32,
    ) -> Result<Vec<Referrer>, Refused> {
        let sql = "SELECT media_type, digest, length(bytes) AS size, artifact_type, annotations \
                   FROM image_manifest WHERE repository = ?1 AND subject = ?2 AND digest > ?4 \
                   AND (?3 IS NULL OR artifact_type = ?3) AND damaged_at IS NULL ORDER BY digest LIMIT ?5";
        let after = after.map(ToString::to_string).unwrap_or_default();
        let params = params![repository.id.0, subject.to_string(), artifact_type, after, limit];
        self.list("listing referrers", sql, params, |row| {
            Ok(Referrer {
                media_type: row.get("media_type")?,
                digest: digest(row, "digest")?,
                size: size(row, "size")?,
                artifact_type: row.get("artifact_type")?,
                annotations: json(row, "annotations")?,
            })
        })
    }
}

impl Records<'_> {
    fn has(&self, repository: &Repository, link: &Link) -> Result<bool, Refused> {
        let sql = match link.kind {
            LinkKind::Foreign => return Ok(true),
            LinkKind::Blob => {
                "SELECT 1 FROM repository_blob AS seen JOIN blob USING (digest) \
                 WHERE seen.repository = ?1 AND seen.digest = ?2 AND blob.state = 'live'"
            }
            LinkKind::Manifest => {
                "SELECT 1 FROM image_manifest \
                 WHERE repository = ?1 AND digest = ?2 AND damaged_at IS NULL"
            }
        };
        let params = params![repository.id.0, link.digest.to_string()];
        Ok(self.one("looking for what a manifest points to", sql, params, |_| Ok(()))?.is_some())
    }

    fn insert(&self, repository: &Repository, push: &ManifestPush) -> Result<bool, Refused> {
        let sql = "INSERT OR IGNORE INTO image_manifest (repository, digest, media_type, artifact_type, subject, \
                   annotations, bytes, pushed_by, pushed_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
        let params = params![
            repository.id.0,
            push.push.digest.to_string(),
            push.push.media_type,
            push.artifact_type,
            push.subject.as_ref().map(ToString::to_string),
            to_json(&push.annotations)?,
            push.bytes,
            push.push.actor.name,
            micros(push.push.at),
        ];
        Ok(self.run("keeping a manifest", sql, params)? > 0)
    }

    fn link(&self, repository: &Repository, push: &ManifestPush) -> Result<(), Refused> {
        let sql = "INSERT OR IGNORE INTO manifest_link (manifest, digest, kind, repository) VALUES (?1, ?2, ?3, ?4)";
        let manifest = self.connection.last_insert_rowid();
        for link in &push.links {
            let params = params![manifest, link.digest.to_string(), kind_name(link.kind), repository.id.0];
            self.run("keeping what a manifest points to", sql, params)?;
        }
        Ok(())
    }

    /// The same bytes again mend what had been damaged.
    fn heal(&self, repository: &Repository, push: &ManifestPush) -> Result<(), Refused> {
        let sql = "UPDATE image_manifest SET bytes = ?3, damaged_at = NULL \
                   WHERE repository = ?1 AND digest = ?2 AND damaged_at IS NOT NULL";
        let params = params![repository.id.0, push.push.digest.to_string(), push.bytes];
        self.run("mending a manifest", sql, params).map(drop)
    }

    fn stamp_linked(&self, repository: &Repository, manifest: &Digest, at: Timestamp) -> Result<(), Refused> {
        let sql = "UPDATE repository_blob SET seen_at = max(seen_at, ?3) WHERE repository = ?1 AND digest IN \
                   (SELECT link.digest FROM manifest_link AS link \
                    JOIN image_manifest ON image_manifest.id = link.manifest \
                    WHERE image_manifest.repository = ?1 AND image_manifest.digest = ?2)";
        let params = params![repository.id.0, manifest.to_string(), micros(at)];
        self.run("noting what a manifest pointed to", sql, params).map(drop)
    }
}

pub(super) fn read(row: &Row<'_>) -> rusqlite::Result<StoredManifest> {
    Ok(StoredManifest {
        digest: digest(row, "digest")?,
        media_type: row.get("media_type")?,
        bytes: row.get("bytes")?,
    })
}

fn kind_name(kind: LinkKind) -> &'static str {
    match kind {
        LinkKind::Blob => "blob",
        LinkKind::Manifest => "manifest",
        LinkKind::Foreign => "foreign",
    }
}
