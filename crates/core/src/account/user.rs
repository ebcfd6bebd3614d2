//! Users.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::Serialize;

use super::{Actor, OrgId, Role, Scope, UserId};

/// A person, or a machine that has an account. The password's hash is kept apart, see
/// [`Accounts::password_hash`](crate::records::Accounts::password_hash).
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct User {
    /// Its id.
    pub id: UserId,
    /// The organization it belongs to.
    pub org: OrgId,
    /// E-mail address in lower case, unique in the installation; the name to log in with.
    pub email: String,
    /// Display name.
    pub name: String,
    /// What it is trusted with.
    pub roles: BTreeSet<Role>,
    /// Whether it is kept out.
    pub disabled: bool,
    /// Counts up when tokens given out before must not be honoured any more.
    #[serde(skip)]
    pub token_version: u32,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last logged in.
    pub last_login_at: Option<Timestamp>,
}

impl User {
    /// The user as one who asks, with a token good for `scopes`.
    pub fn actor(&self, scopes: BTreeSet<Scope>) -> Actor {
        Actor {
            user: Some(self.id),
            name: self.email.clone(),
            org: self.org,
            roles: self.roles.clone(),
            scopes,
        }
    }
}
