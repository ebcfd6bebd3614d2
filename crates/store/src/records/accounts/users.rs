//! Users.

use assay_core::account::User;
use assay_core::records::{Page, UserFilter, Users};
use assay_core::{OrgId, Refused, Rejection, UserId};
use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row, named_params, params};
use secrecy::{ExposeSecret, SecretString};

use super::super::Records;
use crate::codec::{failed, id, json, maybe_time, micros, time, to_json, unless_unique};

const COLUMNS: &str = "id, org, email, name, roles, disabled, token_version, created_at, last_login_at";

impl Users for Records<'_> {
    fn insert_user(&self, user: &User, password_hash: &SecretString) -> Result<(), Refused> {
        let parameters = named_params! {
            ":id": user.id.to_string(), ":org": user.org.0, ":email": user.email, ":name": user.name,
            ":roles": to_json(&user.roles)?, ":hash": password_hash.expose_secret(), ":disabled": user.disabled,
            ":version": user.token_version, ":created_at": micros(user.created_at),
            ":last_login_at": user.last_login_at.map(micros),
        };
        self.connection
            .prepare_cached(
                "INSERT INTO user (id, org, email, name, roles, password_hash, disabled, token_version, \
                 revised_at, created_at, last_login_at) VALUES (:id, :org, :email, :name, :roles, :hash, \
                 :disabled, :version, :created_at, :created_at, :last_login_at)",
            )
            .and_then(|mut sql| sql.execute(parameters))
            .map(drop)
            .map_err(unless_unique("keeping a user", taken(user)))
    }

    fn update_user(&self, user: &User) -> Result<(), Refused> {
        let parameters = named_params! {
            ":id": user.id.to_string(), ":email": user.email, ":name": user.name,
            ":roles": to_json(&user.roles)?, ":disabled": user.disabled,
            ":last_login_at": user.last_login_at.map(micros),
        };
        self.connection
            .prepare_cached(
                "UPDATE user SET email = :email, name = :name, roles = :roles, disabled = :disabled, \
                 last_login_at = :last_login_at WHERE id = :id",
            )
            .and_then(|mut sql| sql.execute(parameters))
            .map(drop)
            .map_err(unless_unique("keeping a user", taken(user)))
    }

    fn user(&self, id: UserId) -> Result<Option<User>, Refused> {
        self.connection
            .prepare_cached(&format!("SELECT {COLUMNS} FROM user WHERE id = ?1"))
            .and_then(|mut sql| sql.query_row([id.to_string()], read).optional())
            .map_err(failed("reading a user"))
    }

    fn user_by_email(&self, email: &str) -> Result<Option<User>, Refused> {
        self.connection
            .prepare_cached(&format!("SELECT {COLUMNS} FROM user WHERE email = ?1"))
            .and_then(|mut sql| sql.query_row([email], read).optional())
            .map_err(failed("reading a user"))
    }

    fn users(&self, filter: &UserFilter, page: Page) -> Result<Vec<User>, Refused> {
        let sql = format!(
            "SELECT {COLUMNS} FROM user WHERE {} AND (:disabled OR NOT disabled) \
             AND (:role IS NULL OR :role IN (SELECT value FROM json_each(roles))) \
             ORDER BY email LIMIT :limit OFFSET :offset",
            // Said alone, it is served by the index; who approves for an organization is asked with every event.
            if filter.org.is_some() { "org = :org" } else { ":org IS NULL" }
        );
        let parameters = named_params! {
            ":org": filter.org.map(|org| org.0), ":role": filter.role.map(|role| role.name()),
            ":disabled": filter.disabled, ":limit": page.limit, ":offset": page.offset,
        };
        self.connection
            .prepare_cached(&sql)
            .and_then(|mut sql| sql.query_map(parameters, read)?.collect())
            .map_err(failed("listing users"))
    }

    fn password_hash(&self, id: UserId) -> Result<Option<SecretString>, Refused> {
        self.connection
            .prepare_cached("SELECT password_hash FROM user WHERE id = ?1")
            .and_then(|mut sql| sql.query_row([id.to_string()], |row| row.get::<_, String>(0)).optional())
            .map(|hash| hash.map(SecretString::from))
            .map_err(failed("reading a user"))
    }

    fn set_password_hash(&self, id: UserId, hash: &SecretString) -> Result<(), Refused> {
        self.connection
            .prepare_cached("UPDATE user SET password_hash = ?2 WHERE id = ?1")
            .and_then(|mut sql| sql.execute(params![id.to_string(), hash.expose_secret()]))
            .map(drop)
            .map_err(failed("keeping a password"))
    }

    fn revise_user(&self, id: UserId, now: Timestamp) -> Result<(), Refused> {
        self.connection
            .prepare_cached(
                "UPDATE user SET token_version = token_version + 1, revised_at = ?2 WHERE id = ?1",
            )
            .and_then(|mut sql| sql.execute(params![id.to_string(), micros(now)]))
            .map(drop)
            .map_err(failed("calling tokens back"))
    }

    fn revise_users_of(&self, org: OrgId, now: Timestamp) -> Result<(), Refused> {
        self.connection
            .prepare_cached(
                "UPDATE user SET token_version = token_version + 1, revised_at = ?2 WHERE org = ?1",
            )
            .and_then(|mut sql| sql.execute([org.0, micros(now)]))
            .map(drop)
            .map_err(failed("calling tokens back"))
    }

    fn revised_users(&self, since: Timestamp) -> Result<Vec<(UserId, u32)>, Refused> {
        let read = |row: &Row<'_>| Ok((UserId(id(row, "id")?), row.get("token_version")?));
        self.connection
            .prepare_cached("SELECT id, token_version FROM user WHERE revised_at >= ?1")
            .and_then(|mut sql| sql.query_map([micros(since)], read)?.collect())
            .map_err(failed("reading which tokens were called back"))
    }
}

fn taken(user: &User) -> Rejection {
    Rejection::new("email-taken", format!("there is a user `{}` already", user.email))
        .hint("a user belongs to one organization; use another address for another one")
}

fn read(row: &Row<'_>) -> rusqlite::Result<User> {
    Ok(User {
        id: UserId(id(row, "id")?),
        org: OrgId(row.get("org")?),
        email: row.get("email")?,
        name: row.get("name")?,
        roles: json(row, "roles")?,
        disabled: row.get("disabled")?,
        token_version: row.get("token_version")?,
        created_at: time(row, "created_at")?,
        last_login_at: maybe_time(row, "last_login_at")?,
    })
}
