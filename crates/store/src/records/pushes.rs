//! Unattributed pushes.

use assay_core::push::{PushId, PushReason, Pushes, UnattributedPush};
use assay_core::records::Page;
use assay_core::{Digest, OrgId, Refused, UserId};
use rusqlite::{OptionalExtension, Params, Row, named_params, params};

use super::Records;
use crate::codec::{digest, failed, id, maybe_id, micros, time, word};

const COLUMNS: &str = "id, org, repository, digest, reference, pushed_by, pusher, at, reason, detail";

impl Pushes for Records<'_> {
    fn keep_push(&self, push: &UnattributedPush) -> Result<(), Refused> {
        let parameters = named_params! {
            ":id": push.id.to_string(),
            ":org": push.org.0,
            ":repository": push.repository,
            ":digest": push.digest.to_string(),
            ":reference": push.reference,
            ":pushed_by": push.pushed_by.map(|user| user.to_string()),
            ":pusher": push.pusher,
            ":at": micros(push.at),
            ":reason": push.reason.name(),
            ":detail": push.detail,
        };
        let sql = format!(
            "INSERT INTO unattributed_push ({COLUMNS}) VALUES (:id, :org, :repository, :digest, :reference, \
             :pushed_by, :pusher, :at, :reason, :detail) ON CONFLICT (repository, digest) DO UPDATE SET \
             reference = :reference, pushed_by = :pushed_by, pusher = :pusher, at = :at, reason = :reason, \
             detail = :detail"
        );
        self.connection
            .prepare_cached(&sql)
            .and_then(|mut sql| sql.execute(parameters))
            .map(drop)
            .map_err(failed("keeping a push"))
    }

    fn forget_push(&self, repository: &str, digest: &Digest) -> Result<(), Refused> {
        self.connection
            .prepare_cached("DELETE FROM unattributed_push WHERE repository = ?1 AND digest = ?2")
            .and_then(|mut sql| sql.execute(params![repository, digest.to_string()]))
            .map(drop)
            .map_err(failed("forgetting a push"))
    }

    fn push(&self, id: PushId) -> Result<Option<UnattributedPush>, Refused> {
        self.one_push("id = ?1", [id.to_string()])
    }

    fn push_of(&self, repository: &str, digest: &Digest) -> Result<Option<UnattributedPush>, Refused> {
        self.one_push("repository = ?1 AND digest = ?2", params![repository, digest.to_string()])
    }

    fn pushes(&self, org: Option<OrgId>, page: Page) -> Result<Vec<UnattributedPush>, Refused> {
        let sql = format!(
            "SELECT {COLUMNS} FROM unattributed_push WHERE {} ORDER BY at DESC, id DESC LIMIT ?2 OFFSET ?3",
            if org.is_some() { "org = ?1" } else { "?1 = 0" }
        );
        self.connection
            .prepare_cached(&sql)
            .and_then(|mut sql| {
                sql.query_map(params![org.map_or(0, |org| org.0), page.limit, page.offset], read)?.collect()
            })
            .map_err(failed("listing pushes"))
    }
}

impl Records<'_> {
    fn one_push(&self, condition: &str, values: impl Params) -> Result<Option<UnattributedPush>, Refused> {
        self.connection
            .prepare_cached(&format!("SELECT {COLUMNS} FROM unattributed_push WHERE {condition}"))
            .and_then(|mut sql| sql.query_row(values, read).optional())
            .map_err(failed("reading a push"))
    }
}

fn read(row: &Row<'_>) -> rusqlite::Result<UnattributedPush> {
    Ok(UnattributedPush {
        id: PushId(id(row, "id")?),
        org: OrgId(row.get("org")?),
        repository: row.get("repository")?,
        digest: digest(row, "digest")?,
        reference: row.get("reference")?,
        pushed_by: maybe_id(row, "pushed_by")?.map(UserId),
        pusher: row.get("pusher")?,
        at: time(row, "at")?,
        reason: word(row, "reason", PushReason::named)?,
        detail: row.get("detail")?,
    })
}
