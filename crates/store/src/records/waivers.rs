//! Waivers.

use assay_core::records::Page;
use assay_core::waiver::{Party, Waiver, WaiverFilter, WaiverId, WaiverScope, WaiverStatus, Waivers};
use assay_core::{Digest, EngineId, OrgId, Refused};
use rusqlite::types::Type;
use rusqlite::{OptionalExtension, Row, named_params};

use super::Records;
use crate::codec::{failed, id, json, maybe_id, maybe_time, micros, parsed, time, to_json, unreadable, word};

const COLUMNS: &str = "id, org, code, narrowing, engine, digest, reason, requester, requested_at, approver, \
                       decided_at, decision, expires_at, status";

impl Waivers for Records<'_> {
    fn insert_waiver(&self, waiver: &Waiver) -> Result<(), Refused> {
        let (engine, digest) = scope_columns(&waiver.scope);
        let parameters = named_params! {
            ":id": waiver.id.to_string(),
            ":org": waiver.org.0,
            ":code": waiver.code.as_str(),
            ":narrowing": to_json(&waiver.narrowing)?,
            ":engine": engine,
            ":digest": digest,
            ":reason": waiver.reason,
            ":requester": to_json(&waiver.requester)?,
            ":requested_at": micros(waiver.requested_at),
            ":approver": waiver.approver.as_ref().map(to_json).transpose()?,
            ":decided_at": waiver.decided_at.map(micros),
            ":decision": waiver.decision,
            ":expires_at": micros(waiver.expires_at),
            ":status": waiver.status.name(),
        };
        let values = ":id, :org, :code, :narrowing, :engine, :digest, :reason, :requester, :requested_at, \
                      :approver, :decided_at, :decision, :expires_at, :status";
        self.connection
            .prepare_cached(&format!("INSERT INTO waiver ({COLUMNS}) VALUES ({values})"))
            .and_then(|mut sql| sql.execute(parameters))
            .map(drop)
            .map_err(failed("keeping a waiver"))
    }

    fn decide_waiver(&self, waiver: &Waiver) -> Result<(), Refused> {
        let parameters = named_params! {
            ":id": waiver.id.to_string(),
            ":approver": waiver.approver.as_ref().map(to_json).transpose()?,
            ":decided_at": waiver.decided_at.map(micros),
            ":decision": waiver.decision,
            ":status": waiver.status.name(),
        };
        self.connection
            .prepare_cached(
                "UPDATE waiver SET approver = :approver, decided_at = :decided_at, decision = :decision, \
                 status = :status WHERE id = :id",
            )
            .and_then(|mut sql| sql.execute(parameters))
            .map(drop)
            .map_err(failed("deciding on a waiver"))
    }

    fn waiver(&self, id: WaiverId) -> Result<Option<Waiver>, Refused> {
        self.connection
            .prepare_cached(&format!("SELECT {COLUMNS} FROM waiver WHERE id = ?1"))
            .and_then(|mut sql| sql.query_row([id.to_string()], read).optional())
            .map_err(failed("reading a waiver"))
    }

    fn waivers(&self, filter: &WaiverFilter, page: Page) -> Result<Vec<Waiver>, Refused> {
        let sql = format!(
            "SELECT {COLUMNS} FROM waiver WHERE {} AND (:status IS NULL OR status = :status) AND {} AND {} \
             ORDER BY requested_at DESC, id DESC LIMIT :limit OFFSET :offset",
            if filter.org.is_some() { "org = :org" } else { ":org IS NULL" },
            if filter.engine.is_some() { "engine = :engine" } else { ":engine IS NULL" },
            if filter.digest.is_some() { "digest = :digest" } else { ":digest IS NULL" },
        );
        let parameters = named_params! {
            ":org": filter.org.map(|org| org.0),
            ":status": filter.status.map(WaiverStatus::name),
            ":engine": filter.engine.map(|engine| engine.to_string()),
            ":digest": filter.digest.as_ref().map(Digest::to_string),
            ":limit": page.limit,
            ":offset": page.offset,
        };
        self.connection
            .prepare_cached(&sql)
            .and_then(|mut sql| sql.query_map(parameters, read)?.collect())
            .map_err(failed("listing waivers"))
    }

    fn granted_waivers(
        &self,
        org: OrgId,
        engine: Option<EngineId>,
        digests: &[Digest],
    ) -> Result<Vec<Waiver>, Refused> {
        let sql = format!(
            "SELECT {COLUMNS} FROM waiver WHERE status = 'granted' AND org = :org \
             AND (engine = :engine OR digest IN (SELECT value FROM json_each(:digests))) \
             ORDER BY requested_at, id"
        );
        let parameters = named_params! {
            ":org": org.0, ":engine": engine.map(|engine| engine.to_string()), ":digests": to_json(&digests)?,
        };
        self.connection
            .prepare_cached(&sql)
            .and_then(|mut sql| sql.query_map(parameters, read)?.collect())
            .map_err(failed("listing waivers in force"))
    }
}

fn scope_columns(scope: &WaiverScope) -> (Option<String>, Option<String>) {
    match scope {
        WaiverScope::Engine(engine) => (Some(engine.to_string()), None),
        WaiverScope::Digest(digest) => (None, Some(digest.to_string())),
    }
}

fn read(row: &Row<'_>) -> rusqlite::Result<Waiver> {
    Ok(Waiver {
        id: WaiverId(id(row, "id")?),
        org: OrgId(row.get("org")?),
        code: parsed(row, "code")?,
        narrowing: json(row, "narrowing")?,
        scope: scope(row)?,
        reason: row.get("reason")?,
        requester: json(row, "requester")?,
        requested_at: time(row, "requested_at")?,
        approver: approver(row)?,
        decided_at: maybe_time(row, "decided_at")?,
        decision: row.get("decision")?,
        expires_at: time(row, "expires_at")?,
        status: word(row, "status", WaiverStatus::named)?,
    })
}

fn scope(row: &Row<'_>) -> rusqlite::Result<WaiverScope> {
    match maybe_id(row, "engine")? {
        Some(engine) => Ok(WaiverScope::Engine(EngineId(engine))),
        None => Ok(WaiverScope::Digest(parsed(row, "digest")?)),
    }
}

fn approver(row: &Row<'_>) -> rusqlite::Result<Option<Party>> {
    let stored: Option<String> = row.get("approver")?;
    stored.map(|text| serde_json::from_str(&text).map_err(|cause| unreadable(Type::Text, cause))).transpose()
}
