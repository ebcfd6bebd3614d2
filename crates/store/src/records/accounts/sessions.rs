//! Sessions.

use assay_core::account::records::SecretHash;
use assay_core::account::{ApiKeyId, Session, SessionId, SessionKind};
use assay_core::records::Sessions;
use assay_core::{Refused, UserId};
use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row, params};

use super::super::Records;
use crate::codec::{failed, id, maybe_id, micros, time, word};

const COLUMNS: &str = "id, user, kind, key, created_at, expires_at";

impl Sessions for Records<'_> {
    fn insert_session(&self, session: &Session, token: &SecretHash, most: u32) -> Result<(), Refused> {
        let parameters = params![
            session.id.0.to_string(),
            token,
            session.user.to_string(),
            session.kind.name(),
            session.key.map(|key| key.to_string()),
            micros(session.created_at),
            micros(session.expires_at),
        ];
        self.connection
            .prepare_cached(
                "INSERT INTO session (id, token_hash, user, kind, key, created_at, expires_at) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            )
            .and_then(|mut sql| sql.execute(parameters))
            .map_err(failed("keeping a session"))?;
        self.end_oldest_sessions(session.user, session.kind, most)
    }

    fn session_by_hash(&self, token: &SecretHash) -> Result<Option<Session>, Refused> {
        self.connection
            .prepare_cached(&format!("SELECT {COLUMNS} FROM session WHERE token_hash = ?1"))
            .and_then(|mut sql| sql.query_row([token], read).optional())
            .map_err(failed("reading a session"))
    }

    fn prolong_session(&self, id: SessionId, expires_at: Timestamp) -> Result<(), Refused> {
        self.connection
            .prepare_cached("UPDATE session SET expires_at = ?2 WHERE id = ?1")
            .and_then(|mut sql| sql.execute(params![id.0.to_string(), micros(expires_at)]))
            .map(drop)
            .map_err(failed("prolonging a session"))
    }

    fn end_session(&self, id: SessionId) -> Result<bool, Refused> {
        self.connection
            .prepare_cached("DELETE FROM session WHERE id = ?1")
            .and_then(|mut sql| sql.execute([id.0.to_string()]))
            .map(|rows| rows > 0)
            .map_err(failed("ending a session"))
    }

    fn end_sessions_of(&self, user: UserId, key: Option<ApiKeyId>) -> Result<(), Refused> {
        self.connection
            .prepare_cached("DELETE FROM session WHERE user = ?1 AND (?2 IS NULL OR key = ?2)")
            .and_then(|mut sql| sql.execute(params![user.to_string(), key.map(|key| key.to_string())]))
            .map(drop)
            .map_err(failed("ending sessions"))
    }

    fn forget_sessions(&self, now: Timestamp) -> Result<u64, Refused> {
        self.connection
            .prepare_cached("DELETE FROM session WHERE expires_at <= ?1")
            .and_then(|mut sql| sql.execute([micros(now)]))
            .map(|rows| rows as u64)
            .map_err(failed("forgetting sessions"))
    }
}

impl Records<'_> {
    fn end_oldest_sessions(&self, user: UserId, kind: SessionKind, most: u32) -> Result<(), Refused> {
        self.connection
            .prepare_cached(
                "DELETE FROM session WHERE id IN (SELECT id FROM session WHERE user = ?1 AND kind = ?2 \
                 ORDER BY created_at DESC, id DESC LIMIT -1 OFFSET ?3)",
            )
            .and_then(|mut sql| sql.execute(params![user.to_string(), kind.name(), most]))
            .map(drop)
            .map_err(failed("ending the oldest sessions"))
    }
}

fn read(row: &Row<'_>) -> rusqlite::Result<Session> {
    Ok(Session {
        id: SessionId(id(row, "id")?),
        user: UserId(id(row, "user")?),
        kind: word(row, "kind", SessionKind::named)?,
        key: maybe_id(row, "key")?.map(ApiKeyId),
        created_at: time(row, "created_at")?,
        expires_at: time(row, "expires_at")?,
    })
}
