//! Tags and their history.

use assay_core::account::Actor;
use assay_core::registry::{Repository, Tag, TagChange, TagRecords};
use assay_core::{Digest, Refused};
use jiff::Timestamp;
use rusqlite::params;

use super::Records;
use crate::codec::{digest, micros, parsed, time, unreadable};

impl TagRecords for Records<'_> {
    fn tag(&self, repository: &Repository, tag: &Tag) -> Result<Option<Digest>, Refused> {
        let sql = "SELECT digest FROM tag WHERE repository = ?1 AND name = ?2";
        self.one("reading a tag", sql, params![repository.id.0, tag.as_str()], |row| digest(row, "digest"))
    }

    fn set_tag(
        &self,
        repository: &Repository,
        tag: &Tag,
        digest: &Digest,
        actor: &Actor,
        at: Timestamp,
    ) -> Result<(), Refused> {
        let sql = "INSERT INTO tag (repository, name, digest) VALUES (?1, ?2, ?3) \
                   ON CONFLICT (repository, name) DO UPDATE SET digest = ?3 WHERE digest != ?3";
        let params = params![repository.id.0, tag.as_str(), digest.to_string()];
        if self.run("setting a tag", sql, params)? == 0 {
            return Ok(());
        }
        self.note_change(repository, tag, Some(digest), actor, at)
    }

    fn delete_tag(
        &self,
        repository: &Repository,
        tag: &Tag,
        actor: &Actor,
        at: Timestamp,
    ) -> Result<bool, Refused> {
        let sql = "DELETE FROM tag WHERE repository = ?1 AND name = ?2";
        let deleted = self.run("deleting a tag", sql, params![repository.id.0, tag.as_str()])? > 0;
        if deleted {
            self.note_change(repository, tag, None, actor, at)?;
        }
        Ok(deleted)
    }

    fn tags(&self, repository: &Repository, after: Option<&str>, limit: u32) -> Result<Vec<Tag>, Refused> {
        let sql = "SELECT name FROM tag WHERE repository = ?1 AND name > ?2 ORDER BY name LIMIT ?3";
        let params = params![repository.id.0, after.unwrap_or_default(), limit];
        self.list("listing tags", sql, params, |row| parsed(row, "name"))
    }

    fn tags_of(&self, repository: &Repository, digest: &Digest) -> Result<Vec<Tag>, Refused> {
        let sql = "SELECT name FROM tag WHERE repository = ?1 AND digest = ?2 ORDER BY name";
        let params = params![repository.id.0, digest.to_string()];
        self.list("listing a manifest's tags", sql, params, |row| parsed(row, "name"))
    }

    fn tag_history(&self, repository: &Repository, tag: &Tag, limit: u32) -> Result<Vec<TagChange>, Refused> {
        let sql = "SELECT digest, actor, at FROM tag_change WHERE repository = ?1 AND tag = ?2 \
                   ORDER BY seq DESC LIMIT ?3";
        let params = params![repository.id.0, tag.as_str(), limit];
        self.list("reading a tag's history", sql, params, |row| {
            let digest: Option<String> = row.get("digest")?;
            let digest = digest.map(|text| text.parse()).transpose();
            let digest = digest.map_err(|cause| unreadable(rusqlite::types::Type::Text, cause))?;
            Ok(TagChange { digest, actor: row.get("actor")?, at: time(row, "at")? })
        })
    }
}

impl Records<'_> {
    fn note_change(
        &self,
        repository: &Repository,
        tag: &Tag,
        digest: Option<&Digest>,
        actor: &Actor,
        at: Timestamp,
    ) -> Result<(), Refused> {
        let sql = "INSERT INTO tag_change (repository, tag, digest, actor, at) VALUES (?1, ?2, ?3, ?4, ?5)";
        let digest = digest.map(ToString::to_string);
        let params = params![repository.id.0, tag.as_str(), digest, actor.name, micros(at)];
        self.run("keeping a tag's history", sql, params).map(drop)
    }
}
