//! Sessions: somebody has logged in.

use jiff::Timestamp;
use uuid::Uuid;

use super::{ApiKeyId, UserId};

/// Names a session. Not its token, which is known to its owner alone.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct SessionId(pub Uuid);

/// What a session's token is good for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum SessionKind {
    /// The API and the pages.
    Login,
    /// Fetching registry tokens: what container clients keep in place of a password.
    Refresh,
}

impl SessionKind {
    /// The name in the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Login => "login",
            Self::Refresh => "refresh",
        }
    }

    /// The kind of this name.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Login, Self::Refresh].into_iter().find(|kind| kind.name() == name)
    }
}

/// A session without its token.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Session {
    /// Its id.
    pub id: SessionId,
    /// Who logged in.
    pub user: UserId,
    /// What its token is good for.
    pub kind: SessionKind,
    /// The API key that was shown in place of a password; the session's scopes are the key's, and it ends with the key.
    pub key: Option<ApiKeyId>,
    /// When it began.
    pub created_at: Timestamp,
    /// From when on it is not honoured.
    pub expires_at: Timestamp,
}
