//! Versions of policies.

use assay_core::policy::{Policies, PolicyName, PolicyVersion};
use assay_core::{Refused, Rejection};
use rusqlite::{OptionalExtension, Row, params};

use super::Records;
use crate::codec::{digest, failed, maybe_time, micros, unless_unique};

const COLUMNS: &str = "name, number, document, digest, created_at, author, comment";

impl Policies for Records<'_> {
    fn insert_policy(&self, version: &PolicyVersion) -> Result<(), Refused> {
        let parameters = params![
            version.name,
            version.number,
            version.document,
            version.digest.to_string(),
            version.created_at.map(micros),
            version.author,
            version.comment,
        ];
        self.connection
            .prepare_cached(&format!("INSERT INTO policy ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"))
            .and_then(|mut sql| sql.execute(parameters))
            .map(drop)
            .map_err(unless_unique("keeping a policy", exists(version)))
    }

    fn policy(&self, name: &PolicyName) -> Result<Option<PolicyVersion>, Refused> {
        let sql = format!(
            "SELECT {COLUMNS} FROM policy WHERE name = ?1 AND (?2 IS NULL OR number = ?2) \
             ORDER BY number DESC LIMIT 1"
        );
        self.connection
            .prepare_cached(&sql)
            .and_then(|mut sql| sql.query_row(params![name.name, name.number], read).optional())
            .map_err(failed("reading a policy"))
    }

    fn policies(&self) -> Result<Vec<PolicyVersion>, Refused> {
        self.connection
            .prepare_cached(&format!("SELECT {COLUMNS} FROM policy ORDER BY name, number DESC"))
            .and_then(|mut sql| sql.query_map([], read)?.collect())
            .map_err(failed("listing policies"))
    }
}

fn exists(version: &PolicyVersion) -> Rejection {
    Rejection::new(
        "policy-exists",
        format!("there is a policy `{}@{}` already", version.name, version.number),
    )
}

fn read(row: &Row<'_>) -> rusqlite::Result<PolicyVersion> {
    Ok(PolicyVersion {
        name: row.get("name")?,
        number: row.get("number")?,
        document: row.get("document")?,
        digest: digest(row, "digest")?,
        created_at: maybe_time(row, "created_at")?,
        author: row.get("author")?,
        comment: row.get("comment")?,
    })
}
