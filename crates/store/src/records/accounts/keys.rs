//! API keys.

use assay_core::account::records::SecretHash;
use assay_core::account::{ApiKey, ApiKeyId};
use assay_core::records::{ApiKeys, Page};
use assay_core::{OrgId, Refused, Rejection, UserId};
use rusqlite::{OptionalExtension, Row, named_params};

use super::super::Records;
use crate::codec::{failed, id, json, maybe_time, micros, time, to_json, unless_unique};

const COLUMNS: &str = "id, user, org, name, prefix, scopes, created_at, expires_at, revoked_at, last_used_at";

impl ApiKeys for Records<'_> {
    fn insert_key(&self, key: &ApiKey, secret: &SecretHash) -> Result<(), Refused> {
        let parameters = named_params! {
            ":id": key.id.to_string(), ":user": key.user.to_string(), ":org": key.org.0, ":name": key.name,
            ":prefix": key.prefix, ":secret": secret, ":scopes": to_json(&key.scopes)?,
            ":created_at": micros(key.created_at), ":expires_at": key.expires_at.map(micros),
        };
        let taken =
            Rejection::new("key-taken", "a key with this prefix was made at the same time").hint("try again");
        self.connection
            .prepare_cached(
                "INSERT INTO api_key (id, user, org, name, prefix, secret_hash, scopes, created_at, expires_at) \
                 VALUES (:id, :user, :org, :name, :prefix, :secret, :scopes, :created_at, :expires_at)",
            )
            .and_then(|mut sql| sql.execute(parameters))
            .map(drop)
            .map_err(unless_unique("keeping an API key", taken))
    }

    fn update_key(&self, key: &ApiKey) -> Result<(), Refused> {
        let parameters = named_params! {
            ":id": key.id.to_string(), ":name": key.name, ":expires_at": key.expires_at.map(micros),
            ":revoked_at": key.revoked_at.map(micros), ":last_used_at": key.last_used_at.map(micros),
        };
        self.connection
            .prepare_cached(
                "UPDATE api_key SET name = :name, expires_at = :expires_at, revoked_at = :revoked_at, \
                 last_used_at = :last_used_at WHERE id = :id",
            )
            .and_then(|mut sql| sql.execute(parameters))
            .map(drop)
            .map_err(failed("keeping an API key"))
    }

    fn key(&self, id: ApiKeyId) -> Result<Option<ApiKey>, Refused> {
        self.connection
            .prepare_cached(&format!("SELECT {COLUMNS} FROM api_key WHERE id = ?1"))
            .and_then(|mut sql| sql.query_row([id.to_string()], read).optional())
            .map_err(failed("reading an API key"))
    }

    fn key_by_prefix(&self, prefix: &str) -> Result<Option<(ApiKey, SecretHash)>, Refused> {
        let read = |row: &Row<'_>| Ok((read(row)?, row.get("secret_hash")?));
        self.connection
            .prepare_cached(&format!("SELECT {COLUMNS}, secret_hash FROM api_key WHERE prefix = ?1"))
            .and_then(|mut sql| sql.query_row([prefix], read).optional())
            .map_err(failed("reading an API key"))
    }

    fn keys(&self, org: Option<OrgId>, user: Option<UserId>, page: Page) -> Result<Vec<ApiKey>, Refused> {
        let sql = format!(
            "SELECT {COLUMNS} FROM api_key WHERE {} AND {} ORDER BY created_at, id LIMIT :limit OFFSET :offset",
            if org.is_some() { "org = :org" } else { ":org IS NULL" },
            if user.is_some() { "user = :user" } else { ":user IS NULL" },
        );
        let parameters = named_params! {
            ":org": org.map(|org| org.0), ":user": user.map(|user| user.to_string()),
            ":limit": page.limit, ":offset": page.offset,
        };
        self.connection
            .prepare_cached(&sql)
            .and_then(|mut sql| sql.query_map(parameters, read)?.collect())
            .map_err(failed("listing API keys"))
    }
}

fn read(row: &Row<'_>) -> rusqlite::Result<ApiKey> {
    Ok(ApiKey {
        id: ApiKeyId(id(row, "id")?),
        user: UserId(id(row, "user")?),
        org: OrgId(row.get("org")?),
        name: row.get("name")?,
        prefix: row.get("prefix")?,
        scopes: json(row, "scopes")?,
        created_at: time(row, "created_at")?,
        expires_at: maybe_time(row, "expires_at")?,
        revoked_at: maybe_time(row, "revoked_at")?,
        last_used_at: maybe_time(row, "last_used_at")?,
    })
}
