//! The queue of work.

use std::time::Duration;

use assay_core::work::{Lease, NewWork, Work, WorkEnd, WorkId, WorkKind, WorkQueue, WorkState};
use assay_core::{Fault, Refused};
use jiff::Timestamp;
use rusqlite::types::Type;
use rusqlite::{OptionalExtension, Row, named_params, params};
use uuid::Uuid;

use super::Records;
use crate::codec::{failed, json, maybe_time, micros, time, to_json, unreadable, word};

const COLUMNS: &str =
    "id, kind, key, payload, state, attempts, max_attempts, queued_at, not_before, last_fault, token";

/// Whether nothing is under way in its lane.
const FREE: &str = "(lane IS NULL OR NOT EXISTS (SELECT 1 FROM work AS busy \
                    WHERE busy.kind = work.kind AND busy.lane = work.lane AND busy.state = 'leased'))";

/// Rows forgotten at once at most, so that nobody waits long.
const PIECE: u32 = 1000;

/// Whose lease it is, still.
const HELD: &str = "id = :id AND token = :token AND state = 'leased'";

impl WorkQueue for Records<'_> {
    fn enqueue(&self, work: &NewWork, now: Timestamp) -> Result<WorkId, Refused> {
        self.insert_work(None, work, now)
    }

    fn enqueue_in(&self, lane: &str, work: &NewWork, now: Timestamp) -> Result<WorkId, Refused> {
        self.insert_work(Some(lane), work, now)
    }

    fn claim(
        &self,
        kind: WorkKind,
        worker: Uuid,
        now: Timestamp,
        lease: Duration,
    ) -> Result<Option<Lease>, Refused> {
        let until = now.checked_add(lease).unwrap_or(Timestamp::MAX);
        let parameters = named_params! {
            ":kind": kind.name(), ":worker": worker.to_string(), ":now": micros(now), ":until": micros(until),
        };
        // Those whose lease ran out come first: somebody waits for them already.
        let sql = format!(
            "UPDATE work SET state = 'leased', attempts = attempts + 1, token = token + 1, worker = :worker, \
             leased_until = :until WHERE id = coalesce( \
             (SELECT id FROM work WHERE kind = :kind AND state = 'leased' AND leased_until <= :now \
              AND attempts < max_attempts ORDER BY leased_until LIMIT 1), \
             (SELECT id FROM work WHERE kind = :kind AND state = 'queued' AND not_before <= :now AND {FREE} \
              ORDER BY not_before, id LIMIT 1)) RETURNING {COLUMNS}"
        );
        let claimed = self
            .connection
            .prepare_cached(&sql)
            .and_then(|mut sql| {
                sql.query_row(parameters, |row| Ok((read(row)?, row.get("token")?))).optional()
            })
            .map_err(failed("leasing work"))?;
        Ok(claimed.map(|(work, token)| Lease { work, token, worker, until }))
    }

    fn heartbeat(&self, lease: &Lease, until: Timestamp) -> Result<bool, Refused> {
        let parameters =
            named_params! { ":id": lease.work.id.0, ":token": lease.token, ":until": micros(until) };
        let sql = format!("UPDATE work SET leased_until = :until WHERE {HELD}");
        self.connection
            .prepare_cached(&sql)
            .and_then(|mut sql| sql.execute(parameters))
            .map(|rows| rows == 1)
            .map_err(failed("renewing a lease"))
    }

    fn end(&self, lease: &Lease, end: &WorkEnd, now: Timestamp) -> Result<bool, Refused> {
        match end {
            WorkEnd::Done => self.end_as(lease, WorkState::Done, None, now),
            WorkEnd::Dead(fault) => self.end_as(lease, WorkState::Dead, Some(fault), now),
            WorkEnd::Retry { fault, at } => self.retry(lease, fault, *at, now),
            WorkEnd::HandedBack => self.hand_back(lease),
        }
    }

    fn next_due(&self, kind: WorkKind) -> Result<Option<Timestamp>, Refused> {
        // Two looks into two indexes; the leases that ran out on the last attempt are somebody else's to bury.
        let sql = format!(
            "SELECT min(due) AS due FROM ( \
             SELECT * FROM (SELECT not_before AS due FROM work WHERE kind = ?1 AND state = 'queued' AND {FREE} \
             ORDER BY not_before, id LIMIT 1) UNION ALL \
             SELECT min(leased_until) FROM work WHERE kind = ?1 AND state = 'leased' AND attempts < max_attempts)"
        );
        self.connection
            .prepare_cached(&sql)
            .and_then(|mut sql| sql.query_row([kind.name()], |row| maybe_time(row, "due")))
            .map_err(failed("looking for due work"))
    }

    fn expire_leases(&self, but: Uuid, now: Timestamp) -> Result<u64, Refused> {
        let sql =
            "UPDATE work SET leased_until = ?2 WHERE state = 'leased' AND worker <> ?1 AND leased_until > ?2";
        self.connection
            .prepare_cached(sql)
            .and_then(|mut sql| sql.execute(params![but.to_string(), micros(now)]))
            .map(|rows| rows as u64)
            .map_err(failed("ending the leases of the dead"))
    }

    fn bury_lost(&self, now: Timestamp) -> Result<Vec<Work>, Refused> {
        let lost = Fault::new("work", "doing the work", "every worker that began it was lost");
        let sql = format!(
            "UPDATE work SET state = 'dead', ended_at = ?1, last_fault = coalesce(last_fault, ?2) \
             WHERE state = 'leased' AND leased_until <= ?1 AND attempts >= max_attempts RETURNING {COLUMNS}"
        );
        self.connection
            .prepare_cached(&sql)
            .and_then(|mut sql| {
                let lost = serde_json::to_string(&lost).unwrap_or_default();
                sql.query_map(params![micros(now), lost], read)?.collect()
            })
            .map_err(failed("giving lost work up"))
    }

    fn cancel(&self, kind: WorkKind, key: &str, now: Timestamp) -> Result<bool, Refused> {
        self.connection
            .prepare_cached(
                "UPDATE work SET state = 'cancelled', ended_at = ?3 \
                 WHERE kind = ?1 AND key = ?2 AND state IN ('queued', 'leased')",
            )
            .and_then(|mut sql| sql.execute(params![kind.name(), key, micros(now)]))
            .map(|rows| rows > 0)
            .map_err(failed("calling work off"))
    }

    fn revive(&self, id: WorkId, now: Timestamp) -> Result<bool, Refused> {
        self.connection
            .prepare_cached(
                "UPDATE work SET state = 'queued', attempts = 0, not_before = ?2, ended_at = NULL \
                 WHERE id = ?1 AND state = 'dead' AND NOT EXISTS (SELECT 1 FROM work AS other WHERE \
                 other.kind = work.kind AND other.key = work.key AND other.state IN ('queued', 'leased')) RETURNING kind",
            )
            .and_then(|mut sql| sql.query_row(params![id.0, micros(now)], kind).optional())
            .map(|revived| revived.map(|kind| self.note_queued(kind)).is_some())
            .map_err(failed("queueing dead work anew"))
    }

    fn work(&self, id: WorkId) -> Result<Option<Work>, Refused> {
        self.connection
            .prepare_cached(&format!("SELECT {COLUMNS} FROM work WHERE id = ?1"))
            .and_then(|mut sql| sql.query_row([id.0], read).optional())
            .map_err(failed("reading work"))
    }

    fn work_on(&self, kind: WorkKind, key: &str) -> Result<Option<Work>, Refused> {
        let sql = format!("SELECT {COLUMNS} FROM work WHERE kind = ?1 AND key = ?2 ORDER BY id DESC LIMIT 1");
        self.connection
            .prepare_cached(&sql)
            .and_then(|mut sql| sql.query_row(params![kind.name(), key], read).optional())
            .map_err(failed("reading work"))
    }

    fn dead_work(&self, kind: WorkKind, limit: u32) -> Result<Vec<Work>, Refused> {
        let sql = format!(
            "SELECT {COLUMNS} FROM work WHERE kind = ?1 AND state = 'dead' ORDER BY id DESC LIMIT ?2"
        );
        self.connection
            .prepare_cached(&sql)
            .and_then(|mut sql| sql.query_map(params![kind.name(), limit], read)?.collect())
            .map_err(failed("listing dead work"))
    }

    fn work_counts(&self) -> Result<Vec<(WorkKind, WorkState, u64)>, Refused> {
        let read = |row: &Row<'_>| Ok((kind(row)?, state(row)?, row.get::<_, i64>("rows")?.unsigned_abs()));
        self.connection
            .prepare_cached("SELECT kind, state, count(*) AS rows FROM work GROUP BY kind, state")
            .and_then(|mut sql| sql.query_map([], read)?.collect())
            .map_err(failed("counting work"))
    }

    fn forget_ended(&self, before: Timestamp) -> Result<u64, Refused> {
        self.connection
            .prepare_cached(
                "DELETE FROM work WHERE id IN (SELECT id FROM work WHERE ended_at < ?1 \
                 AND state IN ('done', 'cancelled') LIMIT ?2)",
            )
            .and_then(|mut sql| sql.execute(params![micros(before), PIECE]))
            .map(|rows| rows as u64)
            .map_err(failed("forgetting ended work"))
    }
}

impl Records<'_> {
    fn insert_work(&self, lane: Option<&str>, work: &NewWork, now: Timestamp) -> Result<WorkId, Refused> {
        let parameters = params![
            work.kind.name(),
            work.key,
            to_json(&work.payload)?,
            work.max_attempts.max(1),
            micros(now),
            micros(work.not_before),
            lane,
        ];
        let inserted = self
            .connection
            .prepare_cached(
                "INSERT INTO work (kind, key, payload, state, attempts, max_attempts, queued_at, not_before, lane, token) \
                 VALUES (?1, ?2, ?3, 'queued', 0, ?4, ?5, ?6, ?7, 0) ON CONFLICT DO NOTHING RETURNING id",
            )
            .and_then(|mut sql| sql.query_row(parameters, |row| row.get(0)).optional())
            .map_err(failed("queueing work"))?;
        match inserted {
            Some(id) => {
                self.note_queued(work.kind);
                Ok(WorkId(id))
            }
            None => self.open_work(work.kind, &work.key),
        }
    }

    fn open_work(&self, kind: WorkKind, key: &str) -> Result<WorkId, Refused> {
        self.connection
            .prepare_cached(
                "SELECT id FROM work WHERE kind = ?1 AND key = ?2 AND state IN ('queued', 'leased')",
            )
            .and_then(|mut sql| sql.query_row(params![kind.name(), key], |row| row.get(0)))
            .map(WorkId)
            .map_err(failed("queueing work"))
    }

    fn end_as(
        &self,
        lease: &Lease,
        state: WorkState,
        fault: Option<&Fault>,
        now: Timestamp,
    ) -> Result<bool, Refused> {
        let sql = format!(
            "UPDATE work SET state = :state, ended_at = :now, last_fault = coalesce(:fault, last_fault) WHERE {HELD}"
        );
        let parameters = named_params! {
            ":id": lease.work.id.0, ":token": lease.token, ":state": state.name(), ":now": micros(now),
            ":fault": fault.map(to_json).transpose()?,
        };
        self.connection
            .prepare_cached(&sql)
            .and_then(|mut sql| sql.execute(parameters))
            .map(|rows| rows == 1)
            .map_err(failed("ending work"))
    }

    fn retry(&self, lease: &Lease, fault: &Fault, at: Timestamp, now: Timestamp) -> Result<bool, Refused> {
        if lease.work.attempts >= lease.work.max_attempts {
            return self.end_as(lease, WorkState::Dead, Some(fault), now);
        }
        let sql =
            format!("UPDATE work SET state = 'queued', not_before = :at, last_fault = :fault WHERE {HELD}");
        let parameters = named_params! {
            ":id": lease.work.id.0, ":token": lease.token, ":at": micros(at), ":fault": to_json(fault)?,
        };
        self.connection
            .prepare_cached(&sql)
            .and_then(|mut sql| sql.execute(parameters))
            .map(|rows| rows == 1)
            .inspect(|_| self.note_queued(lease.work.kind))
            .map_err(failed("putting work back"))
    }

    fn hand_back(&self, lease: &Lease) -> Result<bool, Refused> {
        let sql = format!("UPDATE work SET state = 'queued', attempts = attempts - 1 WHERE {HELD}");
        self.connection
            .prepare_cached(&sql)
            .and_then(|mut sql| sql.execute(named_params! { ":id": lease.work.id.0, ":token": lease.token }))
            .map(|rows| rows == 1)
            .map_err(failed("handing work back"))
    }

    fn note_queued(&self, kind: WorkKind) {
        self.queued.borrow_mut().insert(kind);
    }
}

fn kind(row: &Row<'_>) -> rusqlite::Result<WorkKind> {
    word(row, "kind", WorkKind::named)
}

fn state(row: &Row<'_>) -> rusqlite::Result<WorkState> {
    word(row, "state", WorkState::named)
}

fn read(row: &Row<'_>) -> rusqlite::Result<Work> {
    let fault: Option<String> = row.get("last_fault")?;
    Ok(Work {
        id: WorkId(row.get("id")?),
        kind: kind(row)?,
        key: row.get("key")?,
        payload: json(row, "payload")?,
        state: state(row)?,
        attempts: row.get("attempts")?,
        max_attempts: row.get("max_attempts")?,
        queued_at: time(row, "queued_at")?,
        not_before: time(row, "not_before")?,
        last_fault: fault
            .map(|text| serde_json::from_str(&text).map_err(|cause| unreadable(Type::Text, cause)))
            .transpose()?,
    })
}
