//! Who somebody is, by what is shown.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::time::Duration;

use assay_core::account::{ApiKey, ApiKeyId};
use assay_core::ledger::{Transaction, read, write};
use assay_core::{Actor, Fault, Refused, Rejection, Scope, User};
use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;

use super::Reception;
use super::authorization::{Authorization, is_key, split_key};
use super::secret::{Purpose, same};

/// The name that goes with an API key where one has to be typed and the key's user is not known.
const ANY_KEY: &str = "key";

/// How exactly it is known when a key or password was last used.
const STAMP: SignedDuration = SignedDuration::from_mins(10);

/// Why somebody is not let in.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Unadmitted {
    /// Nobody of that name, a wrong password, a token that is over or was called back, a disabled user or organization:
    /// a stranger is not told which.
    #[error("nobody is known by what was shown")]
    Unknown,
    /// Too many attempts for this account or from this address; the next one makes sense after this time.
    #[error("too many attempts")]
    TooMany(Duration),
    /// Something broke.
    #[error(transparent)]
    Broken(#[from] Refused),
}

impl From<Fault> for Unadmitted {
    fn from(fault: Fault) -> Self {
        Self::Broken(fault.into())
    }
}

impl From<Unadmitted> for Refused {
    fn from(unadmitted: Unadmitted) -> Self {
        match unadmitted {
            Unadmitted::Unknown => Rejection::new("not-authenticated", "nobody is known by what was shown")
                .hint("log in, or show an API key that is neither over nor called back")
                .into(),
            Unadmitted::TooMany(wait) => too_many(wait).into(),
            Unadmitted::Broken(refused) => refused,
        }
    }
}

fn too_many(wait: Duration) -> Rejection {
    let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
    Rejection::new("too-many-attempts", "there were too many attempts to log in")
        .hint(format!("try again in {seconds} s"))
        .data(json!({ "retryAfter": seconds }))
}

/// Somebody who is known.
#[derive(Clone, Debug)]
pub(super) struct Visitor {
    pub(super) user: User,
    pub(super) scopes: BTreeSet<Scope>,
    /// The key that was shown.
    pub(super) key: Option<ApiKeyId>,
}

impl Visitor {
    pub(super) fn with_password(user: User) -> Self {
        Self { user, scopes: Scope::ALL.into(), key: None }
    }

    pub(super) fn with_key(user: User, key: &ApiKey) -> Self {
        Self { user, scopes: key.scopes.clone(), key: Some(key.id) }
    }

    pub(super) fn actor(&self) -> Actor {
        self.user.actor(self.scopes.clone())
    }
}

impl Reception {
    /// Who shows this `Authorization` header: a session's token, an API key, or name and password.
    ///
    /// # Errors
    /// When that is nobody, or there were too many attempts.
    pub fn authenticate(&self, header: Option<&str>, from: Option<IpAddr>) -> Result<Actor, Unadmitted> {
        let shown = header.and_then(|header| Authorization::read(header).ok()).ok_or(Unadmitted::Unknown)?;
        Ok(self.recognise(&shown, from)?.actor())
    }

    /// Who shows this.
    pub(super) fn recognise(
        &self,
        shown: &Authorization,
        from: Option<IpAddr>,
    ) -> Result<Visitor, Unadmitted> {
        match shown {
            Authorization::Basic { user, password } if is_key(password.expose_secret()) => {
                self.by_key(password, Some(user))
            }
            Authorization::Basic { user, password } => self.by_password(user, password, from),
            Authorization::Bearer(key) if is_key(key.expose_secret()) => self.by_key(key, None),
            Authorization::Bearer(token) => self.by_session(token),
        }
    }

    /// Takes as long for a user who does not exist as for one who does.
    pub(super) fn by_password(
        &self,
        name: &str,
        password: &SecretString,
        from: Option<IpAddr>,
    ) -> Result<Visitor, Unadmitted> {
        let email = name.trim().to_lowercase();
        let attempt = self.attempts.begin(&email, from, self.service.clock.elapsed())?;
        let found = read(&*self.service.ledger, |records| {
            let Some(user) = records.user_by_email(&email)? else { return Ok(None) };
            let hash = records.password_hash(user.id)?;
            Ok(hash.zip(in_good_standing(records, user)?))
        })?;
        let right = self.passwords.is(password, found.as_ref().map(|(hash, _)| hash));
        if !matches!(right, Ok(false)) {
            self.attempts.forgive(attempt);
        }
        let (_, user) =
            found.filter(|_| right == Ok(true)).ok_or_else(|| right.err().unwrap_or(Unadmitted::Unknown))?;
        self.stamp_user(&user);
        Ok(Visitor::with_password(user))
    }

    fn by_key(&self, text: &SecretString, name: Option<&str>) -> Result<Visitor, Unadmitted> {
        let text = text.expose_secret();
        let (prefix, _) = split_key(text).ok_or(Unadmitted::Unknown)?;
        let shown = self.secrets.hash(Purpose::ApiKey, text.as_bytes())?;
        let now = self.service.now();
        let found = read(&*self.service.ledger, |records| {
            let key =
                records.key_by_prefix(prefix)?.filter(|(key, hash)| same(hash, &shown) && key.is_good(now));
            let Some((key, _)) = key else { return Ok(None) };
            let Some(user) = records.user(key.user)? else { return Ok(None) };
            Ok(in_good_standing(records, user)?.map(|user| (key, user)))
        })?;
        let (key, user) = found.filter(|(_, user)| is_named(user, name)).ok_or(Unadmitted::Unknown)?;
        self.stamp_key(&key, now);
        Ok(Visitor::with_key(user, &key))
    }

    /// Notes that the user was here. Not worth being turned away for when it cannot be noted.
    fn stamp_user(&self, user: &User) {
        let now = self.service.now();
        if is_stale(user.last_login_at, now) {
            let _ = write(&*self.service.ledger, |records| {
                let Some(user) = records.user(user.id)? else { return Ok(()) };
                records.update_user(&User { last_login_at: Some(now), ..user })
            });
        }
    }

    fn stamp_key(&self, key: &ApiKey, now: Timestamp) {
        if is_stale(key.last_used_at, now) {
            let _ = write(&*self.service.ledger, |records| {
                let Some(key) = records.key(key.id)? else { return Ok(()) };
                records.update_key(&ApiKey { last_used_at: Some(now), ..key })
            });
        }
    }
}

/// The user, unless disabled or of a disabled organization.
pub(super) fn in_good_standing(records: &dyn Transaction, user: User) -> Result<Option<User>, Refused> {
    let organization = records.organization(user.org)?;
    let good = !user.disabled && organization.is_some_and(|organization| !organization.disabled);
    Ok(good.then_some(user))
}

fn is_named(user: &User, name: Option<&str>) -> bool {
    name.is_none_or(|name| name == ANY_KEY || name.trim().to_lowercase() == user.email)
}

fn is_stale(stamp: Option<Timestamp>, now: Timestamp) -> bool {
    stamp.is_none_or(|stamp| now.duration_since(stamp) >= STAMP)
}
