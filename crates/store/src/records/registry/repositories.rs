//! Repositories.

use assay_core::registry::{Repositories, Repository, RepositoryId, RepositoryName};
use assay_core::{Fault, OrgId, Refused};
use jiff::Timestamp;
use rusqlite::{Row, params};

use super::Records;
use crate::codec::{micros, parsed};

impl Repositories for Records<'_> {
    fn repository(&self, name: &RepositoryName) -> Result<Option<Repository>, Refused> {
        let sql = "SELECT id, name, org FROM repository WHERE name = ?1";
        self.one("reading a repository", sql, [name.as_str()], read)
    }

    fn make_repository(
        &self,
        name: &RepositoryName,
        org: OrgId,
        at: Timestamp,
    ) -> Result<Repository, Refused> {
        if let Some(known) = self.repository(name)? {
            return Ok(known);
        }
        let sql = "INSERT INTO repository (name, org, made_at) VALUES (?1, ?2, ?3)";
        self.run("making a repository", sql, params![name.as_str(), org.0, micros(at)])?;
        let made = self.repository(name)?;
        made.ok_or_else(|| Fault::new("store", "making a repository", "it is not there").into())
    }

    fn repositories(&self, after: Option<&str>, limit: u32) -> Result<Vec<RepositoryName>, Refused> {
        let sql = "SELECT name FROM repository WHERE name > ?1 ORDER BY name LIMIT ?2";
        let params = params![after.unwrap_or_default(), limit];
        self.list("listing repositories", sql, params, |row| parsed(row, "name"))
    }
}

fn read(row: &Row<'_>) -> rusqlite::Result<Repository> {
    Ok(Repository {
        id: RepositoryId(row.get("id")?),
        name: parsed(row, "name")?,
        org: OrgId(row.get("org")?),
    })
}
