//! Sessions: logging in, being recognised, logging out.

use std::net::IpAddr;

use assay_core::account::{Session, SessionId, SessionKind};
use assay_core::ledger::{Transaction, read, write};
use assay_core::{Actor, IdSource, Refused, User};
use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret, SecretString};
use uuid::Builder;

use super::Reception;
use super::authenticate::{Unadmitted, Visitor, in_good_standing};
use super::authorization::Authorization;
use super::secret::Purpose;

/// Sessions a user can have of one kind; the oldest makes room.
const MOST: u32 = 100;

/// A session that has just begun.
#[derive(Clone, Debug)]
pub struct OpenSession {
    /// Its token (UUID form), to be shown to its owner alone.
    pub token: SecretString,
    /// From when on it is not honoured, unless it is used before.
    pub expires_at: Timestamp,
    /// Who logged in.
    pub user: User,
}

/// How long a session of this kind lasts after it was last used.
fn life(kind: SessionKind) -> SignedDuration {
    match kind {
        SessionKind::Login => SignedDuration::from_hours(24),
        SessionKind::Refresh => SignedDuration::from_hours(30 * 24),
    }
}

fn end(kind: SessionKind, now: Timestamp) -> Timestamp {
    now.checked_add(life(kind)).unwrap_or(Timestamp::MAX)
}

impl Reception {
    /// Logs a user in with name and password, or with an API key as the password.
    ///
    /// # Errors
    /// When that is nobody, or there were too many attempts.
    pub fn login(
        &self,
        name: &str,
        password: &SecretString,
        from: Option<IpAddr>,
    ) -> Result<OpenSession, Unadmitted> {
        let shown = Authorization::Basic { user: name.into(), password: password.clone() };
        let visitor = self.recognise(&shown, from)?;
        self.open_session(&visitor, SessionKind::Login)
    }

    /// Ends the session of this token; `false` when there is none. Whoever has the token may.
    ///
    /// # Errors
    /// Faults of the store.
    pub fn logout(&self, token: &SecretString) -> Result<bool, Refused> {
        let hash = self.secrets.hash(Purpose::Session, token.expose_secret().as_bytes())?;
        // Anybody may ask with anything; only what is there is worth a place in the queue of those who write.
        match read(&*self.service.ledger, |records| records.session_by_hash(&hash))? {
            Some(session) => write(&*self.service.ledger, |records| records.end_session(session.id)),
            None => Ok(false),
        }
    }

    /// Whose token this is: of a session, or an API key.
    ///
    /// # Errors
    /// When it is nobody's.
    pub fn validate(&self, token: &SecretString) -> Result<Actor, Unadmitted> {
        Ok(self.recognise(&Authorization::Bearer(token.clone()), None)?.actor())
    }

    pub(super) fn by_session(&self, token: &SecretString) -> Result<Visitor, Unadmitted> {
        self.by_token(token, SessionKind::Login)
    }

    /// Whose token of this kind it is. A session that is used lasts longer.
    pub(super) fn by_token(&self, token: &SecretString, kind: SessionKind) -> Result<Visitor, Unadmitted> {
        let hash = self.secrets.hash(Purpose::Session, token.expose_secret().as_bytes())?;
        let now = self.service.now();
        let found = read(&*self.service.ledger, |records| {
            let session = records.session_by_hash(&hash)?;
            let session = session.filter(|session| session.kind == kind && now < session.expires_at);
            let Some(session) = session else { return Ok(None) };
            Ok(visitor(records, &session, now)?.map(|visitor| (session, visitor)))
        })?;
        let (session, visitor) = found.ok_or(Unadmitted::Unknown)?;
        self.prolong(&session, now);
        Ok(visitor)
    }

    /// Opens a session for somebody who was recognised a moment ago; not when the user's rights changed meanwhile.
    pub(super) fn open_session(
        &self,
        visitor: &Visitor,
        kind: SessionKind,
    ) -> Result<OpenSession, Unadmitted> {
        let token = new_token(&*self.service.ids);
        let hash = self.secrets.hash(Purpose::Session, token.expose_secret().as_bytes())?;
        let now = self.service.now();
        let session = Session {
            id: SessionId(self.service.ids.next_id()),
            user: visitor.user.id,
            kind,
            key: visitor.key,
            created_at: now,
            expires_at: end(kind, now),
        };
        let opened = write(&*self.service.ledger, |records| {
            let user = records.user(session.user)?;
            if user.is_none_or(|user| user.token_version != visitor.user.token_version) {
                return Ok(false);
            }
            records.forget_sessions(now)?;
            records.insert_session(&session, &hash, MOST)?;
            Ok(true)
        })?;
        if !opened {
            return Err(Unadmitted::Unknown);
        }
        Ok(OpenSession { token, expires_at: session.expires_at, user: visitor.user.clone() })
    }

    /// Written once a tenth of its life is gone, and not worth being turned away for when it cannot be.
    fn prolong(&self, session: &Session, now: Timestamp) {
        let left = session.expires_at.duration_since(now);
        if left < life(session.kind) * 9 / 10 {
            let _ = write(&*self.service.ledger, |records| {
                records.prolong_session(session.id, end(session.kind, now))
            });
        }
    }
}

/// Who a session stands for: its user, within the key it began with.
fn visitor(records: &dyn Transaction, session: &Session, now: Timestamp) -> Result<Option<Visitor>, Refused> {
    let Some(user) = records.user(session.user)? else { return Ok(None) };
    let Some(user) = in_good_standing(records, user)? else { return Ok(None) };
    let Some(key) = session.key else { return Ok(Some(Visitor::with_password(user))) };
    let key = records.key(key)?.filter(|key| key.is_good(now));
    Ok(key.map(|key| Visitor::with_key(user, &key)))
}

/// 122 random bits in the form of a UUID, as the public API has tokens.
fn new_token(ids: &dyn IdSource) -> SecretString {
    let mut bytes = [0; 16];
    ids.fill(&mut bytes);
    Builder::from_random_bytes(bytes).into_uuid().to_string().into()
}
