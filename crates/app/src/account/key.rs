//! API keys: made, listed, called back.

use std::collections::BTreeSet;

use assay_core::account::{ApiKey, ApiKeyId};
use assay_core::ledger::{read, write};
use assay_core::records::Page;
use assay_core::{Actor, OrgId, Refused, Rejection, Scope, UserId};
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};

use super::authorization::{PREFIX, SECRET};
use super::secret::{Purpose, hex};
use super::user::administered;
use super::{Reception, rights, text};
use crate::page;

/// A key to be made.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewApiKey {
    /// Whose it is to be.
    pub user: UserId,
    /// What it is for.
    pub name: String,
    /// What it may be used for.
    pub scopes: BTreeSet<Scope>,
    /// From when on it is not honoured.
    pub expires_at: Option<Timestamp>,
}

/// A key that has just been made.
#[derive(Clone, Debug)]
pub struct NewKey {
    /// The key as it is listed.
    pub key: ApiKey,
    /// Its text `prefix:hex`, to be shown once.
    pub text: SecretString,
}

impl Reception {
    /// Makes a key for oneself, or as an admin for a user of the organization. Nobody gives a scope away that the token
    /// shown does not have.
    ///
    /// # Errors
    /// `not-found`, `not-allowed`, `invalid-name`, `no-scopes`, `expires-in-the-past`.
    pub fn create_key(&self, actor: &Actor, new: &NewApiKey) -> Result<NewKey, Refused> {
        let now = self.service.now();
        let name = self.checked(actor, new, now)?;
        let text = self.new_text();
        let (prefix, _) = text.expose_secret().split_at(PREFIX);
        let secret = self.secrets.hash(Purpose::ApiKey, text.expose_secret().as_bytes())?;
        let key = write(&*self.service.ledger, |records| {
            let org = owner(actor, records, new.user)?;
            let key = ApiKey {
                id: ApiKeyId(self.service.ids.next_id()),
                user: new.user,
                org,
                name: name.clone(),
                prefix: prefix.into(),
                scopes: new.scopes.clone(),
                created_at: now,
                expires_at: new.expires_at,
                revoked_at: None,
                last_used_at: None,
            };
            records.insert_key(&key, &secret)?;
            Ok(key)
        })?;
        Ok(NewKey { key, text })
    }

    /// Keys: the own ones, or as an admin those of a user or of the whole organization.
    ///
    /// # Errors
    /// `not-found`, `not-allowed`, `invalid-page`.
    pub fn keys(
        &self,
        actor: &Actor,
        org: Option<OrgId>,
        user: Option<UserId>,
        page: Page,
    ) -> Result<Vec<ApiKey>, Refused> {
        page::check(page)?;
        read(&*self.service.ledger, |records| {
            match (org, user) {
                (_, Some(user)) => drop(owner(actor, records, user)?),
                (Some(org), None) => rights::administer(actor, org)?,
                (None, None) => rights::operate(actor)?,
            }
            records.keys(org, user, page)
        })
    }

    /// The key whose text begins with `prefix`, for its owner and the organization's admins.
    ///
    /// # Errors
    /// `not-found`.
    pub fn key_by_prefix(&self, actor: &Actor, prefix: &str) -> Result<ApiKey, Refused> {
        let unknown = || Rejection::new("not-found", format!("there is no key `{prefix}`"));
        read(&*self.service.ledger, |records| {
            let (key, _) = records.key_by_prefix(prefix)?.ok_or_else(unknown)?;
            match owner(actor, records, key.user) {
                Err(Refused::Rejection(_)) => Err(unknown().into()),
                other => other.map(|_| key),
            }
        })
    }

    /// Calls a key back; so are sessions and registry tokens it was shown for. Its owner and the organization's admins
    /// may. A key that was called back stays so.
    ///
    /// # Errors
    /// `not-found`, `not-allowed`.
    pub fn revoke_key(&self, actor: &Actor, id: ApiKeyId) -> Result<ApiKey, Refused> {
        let now = self.service.now();
        let revoked = write(&*self.service.ledger, |records| {
            let unknown = || Rejection::new("not-found", format!("there is no key {id}"));
            let mut key = records.key(id)?.ok_or_else(unknown)?;
            owner(actor, records, key.user).map_err(|refused| hide(refused, unknown()))?;
            if key.revoked_at.is_none() {
                key.revoked_at = Some(now);
                records.update_key(&key)?;
                records.end_sessions_of(key.user, Some(id))?;
                records.revise_user(key.user, now)?;
            }
            Ok(key)
        })?;
        self.notice_revisions();
        Ok(revoked)
    }

    fn checked(&self, actor: &Actor, new: &NewApiKey, now: Timestamp) -> Result<String, Rejection> {
        if !actor.may(Scope::Admin) || !new.scopes.is_subset(&actor.scopes) {
            return Err(rights::not_allowed("a key is made by whoever logged in, within what that one may"));
        }
        if new.scopes.is_empty() {
            let hint = format!("choose among {}", Scope::ALL.map(Scope::name).join(", "));
            return Err(Rejection::new("no-scopes", "a key without scopes is good for nothing").hint(hint));
        }
        if new.expires_at.is_some_and(|end| end <= now) {
            return Err(Rejection::new("expires-in-the-past", "the key would be over already")
                .hint("choose a later time"));
        }
        text::name(&new.name)
    }

    fn new_text(&self) -> SecretString {
        let mut bytes = [0; (PREFIX + SECRET) / 2];
        self.service.ids.fill(&mut bytes);
        let (prefix, secret) = bytes.split_at(PREFIX / 2);
        format!("{}:{}", hex(prefix), hex(secret)).into()
    }
}

/// The organization of the keys' owner: the actor, or one the actor is an admin of.
fn owner(
    actor: &Actor,
    records: &dyn assay_core::ledger::Transaction,
    user: UserId,
) -> Result<OrgId, Refused> {
    if actor.user == Some(user) && actor.may(Scope::Admin) {
        return Ok(actor.org);
    }
    Ok(administered(actor, records, user)?.org)
}

/// Whoever may not see the owner is not told that there is such a user.
fn hide(refused: Refused, unknown: Rejection) -> Refused {
    match refused {
        Refused::Rejection(rejection) if rejection.code == "not-found" => unknown.into(),
        other => other,
    }
}
