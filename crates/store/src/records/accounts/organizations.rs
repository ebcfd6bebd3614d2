//! Organizations.

use assay_core::account::{OrgSettings, Organization};
use assay_core::records::{Organizations, Page};
use assay_core::{OrgId, Refused, Rejection};
use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row, params};

use super::super::Records;
use crate::codec::{failed, json, micros, time, to_json, unless_unique};

/// The registry keeps the quota beside what is used of it.
const COLUMNS: &str = "id, name, settings, disabled, created_at, \
                       (SELECT quota FROM storage_use WHERE storage_use.org = organization.id) AS quota";

impl Organizations for Records<'_> {
    fn insert_organization(
        &self,
        name: &str,
        settings: &OrgSettings,
        now: Timestamp,
    ) -> Result<OrgId, Refused> {
        let sql = "INSERT INTO organization (name, settings, created_at) VALUES (?1, ?2, ?3) RETURNING id";
        let parameters = params![name, to_json(settings)?, micros(now)];
        self.connection
            .prepare_cached(sql)
            .and_then(|mut sql| sql.query_row(parameters, |row| row.get(0)))
            .map(OrgId)
            .map_err(unless_unique("keeping an organization", taken(name)))
    }

    fn update_organization(&self, organization: &Organization) -> Result<(), Refused> {
        let Organization { id, name, settings, disabled, .. } = organization;
        let settings = to_json(settings)?;
        self.connection
            .prepare_cached("UPDATE organization SET name = ?2, settings = ?3, disabled = ?4 WHERE id = ?1")
            .and_then(|mut sql| sql.execute(params![id.0, name, settings, disabled]))
            .map(drop)
            .map_err(unless_unique("keeping an organization", taken(name)))
    }

    fn organization(&self, id: OrgId) -> Result<Option<Organization>, Refused> {
        self.connection
            .prepare_cached(&format!("SELECT {COLUMNS} FROM organization WHERE id = ?1"))
            .and_then(|mut sql| sql.query_row([id.0], read).optional())
            .map_err(failed("reading an organization"))
    }

    fn organizations(&self, page: Page) -> Result<Vec<Organization>, Refused> {
        self.connection
            .prepare_cached(&format!("SELECT {COLUMNS} FROM organization ORDER BY id LIMIT ?1 OFFSET ?2"))
            .and_then(|mut sql| sql.query_map([page.limit, page.offset], read)?.collect())
            .map_err(failed("listing organizations"))
    }
}

fn taken(name: &str) -> Rejection {
    Rejection::new("organization-exists", format!("there is an organization `{name}` already"))
        .hint("choose another name")
}

fn read(row: &Row<'_>) -> rusqlite::Result<Organization> {
    Ok(Organization {
        id: OrgId(row.get("id")?),
        name: row.get("name")?,
        settings: json(row, "settings")?,
        quota_bytes: row.get::<_, Option<i64>>("quota")?.map(i64::unsigned_abs),
        created_at: time(row, "created_at")?,
        disabled: row.get("disabled")?,
    })
}
