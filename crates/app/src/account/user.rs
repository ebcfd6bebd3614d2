//! Users: who makes and changes them, and their passwords.

use std::collections::BTreeSet;

use assay_core::ledger::{Transaction, read, write};
use assay_core::records::{Page, UserFilter};
use assay_core::{Actor, OrgId, Refused, Rejection, Role, Scope, User, UserId};
use secrecy::SecretString;

use super::authenticate::Unadmitted;
use super::organization::organization;
use super::password::{self, Generated};
use super::{Reception, rights, text};
use crate::page;

/// A user to be made.
#[derive(Clone, Debug)]
pub struct NewUser {
    /// The organization it is to belong to.
    pub org: OrgId,
    /// E-mail address.
    pub email: String,
    /// Display name.
    pub name: String,
    /// What it is trusted with.
    pub roles: BTreeSet<Role>,
    /// Its password; nothing to have one made.
    pub password: Option<SecretString>,
}

/// What is to change of a user; nothing stays as it is.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct UserChange {
    /// E-mail address.
    pub email: Option<String>,
    /// Display name.
    pub name: Option<String>,
    /// What it is trusted with.
    pub roles: Option<BTreeSet<Role>>,
    /// Keep it out.
    pub disabled: Option<bool>,
}

impl UserChange {
    fn apply(&self, user: &mut User) -> Result<(), Rejection> {
        if let Some(email) = &self.email {
            user.email = text::email(email)?;
        }
        if let Some(name) = &self.name {
            user.name = text::name(name)?;
        }
        if let Some(roles) = &self.roles {
            user.roles.clone_from(roles);
        }
        user.disabled = self.disabled.unwrap_or(user.disabled);
        Ok(())
    }
}

impl Reception {
    /// Makes a user; returns the password too when it was made here. The organization's admins may.
    ///
    /// # Errors
    /// `not-found`, `not-allowed`, `invalid-email`, `invalid-name`, `weak-password`, `email-taken`.
    pub fn create_user(&self, actor: &Actor, new: &NewUser) -> Result<(User, Option<Generated>), Refused> {
        rights::administer(actor, new.org)?;
        let user = User {
            id: UserId(self.service.ids.next_id()),
            org: new.org,
            email: text::email(&new.email)?,
            name: text::name(&new.name)?,
            roles: new.roles.clone(),
            disabled: false,
            token_version: 0,
            created_at: self.service.now(),
            last_login_at: None,
        };
        let (hash, generated) = self.new_password(new.password.as_ref())?;
        write(&*self.service.ledger, |records| {
            organization(records, user.org)?;
            records.insert_user(&user, &hash)
        })?;
        Ok((user, generated))
    }

    /// A user, for itself and for the organization's admins.
    ///
    /// # Errors
    /// `not-found`.
    pub fn user(&self, actor: &Actor, id: UserId) -> Result<User, Refused> {
        read(&*self.service.ledger, |records| visible(actor, records.user(id)?, &id.to_string()))
    }

    /// The same by e-mail address.
    ///
    /// # Errors
    /// `not-found`.
    pub fn user_by_email(&self, actor: &Actor, email: &str) -> Result<User, Refused> {
        let wanted = email.trim().to_lowercase();
        read(&*self.service.ledger, |records| visible(actor, records.user_by_email(&wanted)?, email))
    }

    /// Users of an organization, for its admins; of all organizations, for those who run the installation.
    ///
    /// # Errors
    /// `not-found`, `not-allowed`, `invalid-page`.
    pub fn users(&self, actor: &Actor, filter: &UserFilter, page: Page) -> Result<Vec<User>, Refused> {
        page::check(page)?;
        match filter.org {
            Some(org) => rights::administer(actor, org)?,
            None => rights::operate(actor)?,
        }
        read(&*self.service.ledger, |records| records.users(filter, page))
    }

    /// Changes a user. The organization's admins may; whoever is disabled or loses a role is logged out.
    ///
    /// # Errors
    /// `not-found`, `not-allowed`, `invalid-email`, `invalid-name`, `email-taken`, `last-admin`.
    pub fn change_user(&self, actor: &Actor, id: UserId, change: &UserChange) -> Result<User, Refused> {
        let now = self.service.now();
        let changed = write(&*self.service.ledger, |records| {
            let before = administered(actor, records, id)?;
            let mut after = before.clone();
            change.apply(&mut after)?;
            records.update_user(&after)?;
            keep_an_admin(records, &before)?;
            if in_tokens(&before) != in_tokens(&after) {
                records.revise_user(id, now)?;
            }
            if after.disabled || !after.roles.is_superset(&before.roles) {
                records.end_sessions_of(id, None)?;
            }
            Ok(after)
        })?;
        self.notice_revisions();
        Ok(changed)
    }

    /// Sets a user's password, or has one made and returns it. The organization's admins may. Ends all its sessions.
    ///
    /// # Errors
    /// `not-found`, `not-allowed`, `weak-password`.
    pub fn set_password(
        &self,
        actor: &Actor,
        id: UserId,
        password: Option<&SecretString>,
    ) -> Result<Option<Generated>, Refused> {
        read(&*self.service.ledger, |records| administered(actor, records, id))?;
        let (hash, generated) = self.new_password(password)?;
        self.keep_password(id, &hash, |user| Ok(rights::administer(actor, user.org)?))?;
        Ok(generated)
    }

    /// Sets the actor's own password. The one it has is asked for, so that a forgotten open page is not enough. Ends all
    /// its sessions.
    ///
    /// # Errors
    /// `not-allowed` for those who came with a key of narrow scope, `not-authenticated` when the old password is wrong,
    /// `too-many-attempts`, `weak-password`.
    pub fn change_password(
        &self,
        actor: &Actor,
        old: &SecretString,
        new: &SecretString,
    ) -> Result<(), Refused> {
        let id = actor.user.filter(|_| actor.may(Scope::Admin));
        let id =
            id.ok_or_else(|| rights::not_allowed("a password is changed by whoever logged in with it"))?;
        let shown = self.by_password(&actor.name, old, None)?;
        let (hash, _) = self.new_password(Some(new))?;
        self.keep_password(id, &hash, |user| {
            // Whoever has set another one meanwhile, as for an account that was stolen, has the last word.
            let holds = shown.user.id == id && shown.user.token_version == user.token_version;
            if holds { Ok(()) } else { Err(Unadmitted::Unknown.into()) }
        })
    }

    /// The hash of a password, given or made here.
    pub(super) fn new_password(
        &self,
        password: Option<&SecretString>,
    ) -> Result<(SecretString, Option<Generated>), Refused> {
        let ids = &*self.service.ids;
        match password {
            Some(password) => {
                password::check(password)?;
                Ok((self.passwords.hash(password, ids)?, None))
            }
            None => {
                let made = password::generate(ids);
                Ok((self.passwords.hash(&made, ids)?, Some(made)))
            }
        }
    }

    /// Keeps a password, if `allowed` for the user as it stands by then: making the hash took a while.
    fn keep_password(
        &self,
        id: UserId,
        hash: &SecretString,
        allowed: impl FnOnce(&User) -> Result<(), Refused>,
    ) -> Result<(), Refused> {
        let now = self.service.now();
        write(&*self.service.ledger, |records| {
            allowed(&records.user(id)?.ok_or_else(|| unknown(&id.to_string()))?)?;
            records.set_password_hash(id, hash)?;
            records.end_sessions_of(id, None)?;
            records.revise_user(id, now)
        })?;
        self.notice_revisions();
        Ok(())
    }
}

/// What registry tokens say of a user.
fn in_tokens(user: &User) -> (&str, &BTreeSet<Role>, bool) {
    (&user.email, &user.roles, user.disabled)
}

/// The user, when the actor may see it.
fn visible(actor: &Actor, user: Option<User>, wanted: &str) -> Result<User, Refused> {
    let oneself = |user: &User| actor.user == Some(user.id) && actor.may(Scope::Read);
    user.filter(|user| oneself(user) || rights::administer(actor, user.org).is_ok())
        .ok_or_else(|| unknown(wanted).into())
}

fn unknown(wanted: &str) -> Rejection {
    Rejection::new("not-found", format!("there is no user `{wanted}`"))
}

/// The user, when the actor may change it. Users of an organization that one belongs to are no secret.
pub(super) fn administered(actor: &Actor, records: &dyn Transaction, id: UserId) -> Result<User, Refused> {
    let user = records.user(id)?.filter(|user| rights::see(actor, user.org).is_ok());
    let user = user.ok_or_else(|| unknown(&id.to_string()))?;
    rights::administer(actor, user.org)?;
    Ok(user)
}

/// Whoever runs the installation must not lock themselves out.
fn keep_an_admin(records: &dyn Transaction, before: &User) -> Result<(), Refused> {
    let admins = UserFilter { org: Some(OrgId::OPERATORS), role: Some(Role::Admin), disabled: false };
    let was_one = before.org == OrgId::OPERATORS && before.roles.contains(&Role::Admin) && !before.disabled;
    if was_one && records.users(&admins, Page { offset: 0, limit: 1 })?.is_empty() {
        let rejection = Rejection::new("last-admin", "the last admin of the installation stays");
        return Err(rejection.hint("make another user an admin of organization 1 first").into());
    }
    Ok(())
}
