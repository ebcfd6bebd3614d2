//! What can be asked of the records about accounts. Hashes of secrets stay on the other side of these ports: they are
//! looked up by, or asked for one by one.

use jiff::Timestamp;
use secrecy::{SecretSlice, SecretString};

use super::{ApiKey, ApiKeyId, OrgId, OrgSettings, Organization, Role, Session, SessionId, User, UserId};
use crate::Refused;
use crate::records::Page;

/// A keyed hash of a secret.
pub type SecretHash = [u8; 32];

/// Everything about accounts.
pub trait Accounts: Organizations + Users + ApiKeys + Sessions + Secrets {}

impl<T: Organizations + Users + ApiKeys + Sessions + Secrets> Accounts for T {}

/// Organizations.
pub trait Organizations {
    /// Keeps a new organization and returns its id. Rejected when its name is taken (`organization-exists`).
    fn insert_organization(
        &self,
        name: &str,
        settings: &OrgSettings,
        now: Timestamp,
    ) -> Result<OrgId, Refused>;
    /// Writes the organization's row anew, but for its quota. Rejected when its name is taken (`organization-exists`).
    fn update_organization(&self, organization: &Organization) -> Result<(), Refused>;
    /// The organization.
    fn organization(&self, id: OrgId) -> Result<Option<Organization>, Refused>;
    /// Organizations by id.
    fn organizations(&self, page: Page) -> Result<Vec<Organization>, Refused>;
}

/// Which users.
#[derive(Clone, PartialEq, Default, Debug)]
pub struct UserFilter {
    /// Of this organization.
    pub org: Option<OrgId>,
    /// With this role.
    pub role: Option<Role>,
    /// Disabled ones too.
    pub disabled: bool,
}

/// Users.
pub trait Users {
    /// Keeps a new user. Rejected when the address is taken (`email-taken`).
    fn insert_user(&self, user: &User, password_hash: &SecretString) -> Result<(), Refused>;
    /// Writes the user's row anew, but for the token version. Rejected when the address is taken (`email-taken`).
    fn update_user(&self, user: &User) -> Result<(), Refused>;
    /// The user.
    fn user(&self, id: UserId) -> Result<Option<User>, Refused>;
    /// The user with this e-mail address, in lower case.
    fn user_by_email(&self, email: &str) -> Result<Option<User>, Refused>;
    /// Users by e-mail address.
    fn users(&self, filter: &UserFilter, page: Page) -> Result<Vec<User>, Refused>;
    /// The hash of the user's password (PHC string format).
    fn password_hash(&self, id: UserId) -> Result<Option<SecretString>, Refused>;
    /// Sets the hash of the user's password.
    fn set_password_hash(&self, id: UserId, hash: &SecretString) -> Result<(), Refused>;
    /// Counts the user's token version up: registry tokens given out before are not honoured any more.
    fn revise_user(&self, id: UserId, now: Timestamp) -> Result<(), Refused>;
    /// The same for every user of the organization.
    fn revise_users_of(&self, org: OrgId, now: Timestamp) -> Result<(), Refused>;
    /// Users whose token version was counted up at `since` or later, with their version.
    fn revised_users(&self, since: Timestamp) -> Result<Vec<(UserId, u32)>, Refused>;
}

/// API keys.
pub trait ApiKeys {
    /// Keeps a new API key with the hash of its secret.
    fn insert_key(&self, key: &ApiKey, secret: &SecretHash) -> Result<(), Refused>;
    /// Writes the key's row anew.
    fn update_key(&self, key: &ApiKey) -> Result<(), Refused>;
    /// The key, called back or not.
    fn key(&self, id: ApiKeyId) -> Result<Option<ApiKey>, Refused>;
    /// The key whose text begins with `prefix`, and the hash of its secret.
    fn key_by_prefix(&self, prefix: &str) -> Result<Option<(ApiKey, SecretHash)>, Refused>;
    /// Keys of a user, or of an organization, or all; oldest first.
    fn keys(&self, org: Option<OrgId>, user: Option<UserId>, page: Page) -> Result<Vec<ApiKey>, Refused>;
}

/// Sessions.
pub trait Sessions {
    /// Keeps a new session with the hash of its token, and ends the user's oldest ones beyond `most` of its kind.
    fn insert_session(&self, session: &Session, token: &SecretHash, most: u32) -> Result<(), Refused>;
    /// The session of this token, over or not.
    fn session_by_hash(&self, token: &SecretHash) -> Result<Option<Session>, Refused>;
    /// Prolongs a session.
    fn prolong_session(&self, id: SessionId, expires_at: Timestamp) -> Result<(), Refused>;
    /// Ends a session; `false` when there is none.
    fn end_session(&self, id: SessionId) -> Result<bool, Refused>;
    /// Ends a user's sessions: all of them, or those that began with `key`.
    fn end_sessions_of(&self, user: UserId, key: Option<ApiKeyId>) -> Result<(), Refused>;
    /// Forgets sessions that are over; returns how many.
    fn forget_sessions(&self, now: Timestamp) -> Result<u64, Refused>;
}

/// Secrets of the installation, made once.
pub trait Secrets {
    /// The secret of this name, once it is there.
    fn secret(&self, name: &str) -> Result<Option<SecretSlice<u8>>, Refused>;
    /// Keeps a secret, unless there is one of this name.
    fn keep_secret(&self, name: &str, bytes: &SecretSlice<u8>) -> Result<(), Refused>;
}
