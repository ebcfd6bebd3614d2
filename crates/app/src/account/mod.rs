//! Who uses the service: organizations, users, passwords, API keys, sessions, and the registry's tokens.
//!
//! [`Reception`] knows everybody and hands out what lets people in; [`Doorkeeper`] looks at registry tokens at the door.

mod attempts;
mod authenticate;
mod authorization;
mod doorkeeper;
mod first_admin;
mod key;
mod organization;
mod password;
mod recent;
mod revisions;
mod rights;
mod secret;
mod session;
mod text;
mod token;
mod user;
mod watch;

use assay_core::Refused;

use crate::Service;

pub use authenticate::Unadmitted;
pub use authorization::{Authorization, MalformedAuthorization};
pub use doorkeeper::Doorkeeper;
pub use first_admin::FirstAdmin;
pub use key::{NewApiKey, NewKey};
pub use organization::{NewOrganization, OrganizationChange};
pub use password::{Cost, Generated};
pub use session::OpenSession;
pub use token::{Access, Grant, Issued, TokenRequest};
pub use user::{NewUser, UserChange};

use attempts::Attempts;
use password::Passwords;
use revisions::Revisions;
use secret::Secrets;
use token::Signer;

/// Knows everybody: decides who somebody is, and hands out sessions, keys and tokens.
#[derive(Debug)]
pub struct Reception {
    service: Service,
    secrets: Secrets,
    passwords: Passwords,
    attempts: Attempts,
    revisions: Revisions,
    signer: Signer,
}

impl Reception {
    /// Opens the reception of an installation; makes its secrets when it has none yet.
    ///
    /// # Errors
    /// Faults of the store.
    pub fn open(service: &Service, cost: Cost) -> Result<Self, Refused> {
        let secrets = Secrets::open(service)?;
        Ok(Self {
            passwords: Passwords::new(cost, &secrets)?,
            signer: Signer::new(&secrets)?,
            secrets,
            attempts: Attempts::default(),
            revisions: Revisions::default(),
            service: service.clone(),
        })
    }

    /// Looks for changes that call registry tokens back, made here or by another process.
    ///
    /// # Errors
    /// Faults of the store.
    pub fn look_again(&self) -> Result<(), Refused> {
        self.revisions.refresh(&self.service)
    }

    /// The same after a change of ours. When it fails, the next regular look finds the change.
    fn notice_revisions(&self) {
        let _ = self.look_again();
    }
}
