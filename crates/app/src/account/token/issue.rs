//! Handing out registry tokens.

use std::collections::BTreeSet;
use std::fmt;
use std::net::IpAddr;

use assay_core::account::SessionKind;
use assay_core::ledger::read;
use assay_core::registry::{RepositoryAction, RepositoryName};
use assay_core::{Actor, OrgId, Refused, Scope};
use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;

use super::{Access, Pass};
use crate::account::authenticate::Visitor;
use crate::account::{Authorization, Reception, Unadmitted, rights};

/// How long a token lasts: longer than a large layer takes, since tokens that end within one are the classic failure.
pub(in crate::account) const LIFE: SignedDuration = SignedDuration::from_mins(15);

/// What a token is asked for with.
#[derive(Clone, Debug)]
pub enum Grant {
    /// Name and password, or an API key.
    Shown(Authorization),
    /// A refresh token that came with an earlier token.
    Refresh(SecretString),
}

/// Somebody asks for a token.
#[derive(Clone, Debug)]
pub struct TokenRequest {
    /// What it is asked for with.
    pub grant: Grant,
    /// What it is to be good for.
    pub access: Access,
    /// Whether a refresh token is wanted too, to be kept in place of the password.
    pub offline: bool,
}

/// A token as clients want it told.
#[derive(Clone, Serialize)]
pub struct Issued {
    /// The token.
    pub token: String,
    /// The same again, under the name of OAuth 2.
    pub access_token: String,
    /// What it is good for; less than was asked for where that was too much.
    pub scope: String,
    /// Seconds from `issued_at` on.
    pub expires_in: i64,
    /// Now. Clients that find an old time here fetch a token for every request.
    pub issued_at: Timestamp,
    /// Kept by clients in place of the password.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<String>,
}

/// Without the tokens.
impl fmt::Debug for Issued {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Issued").field("scope", &self.scope).finish_non_exhaustive()
    }
}

impl Reception {
    /// Hands out a token for what was asked, cut to what the account may.
    ///
    /// # Errors
    /// When it is nobody who asks, or there were too many attempts.
    pub fn issue(&self, request: TokenRequest, from: Option<IpAddr>) -> Result<Issued, Unadmitted> {
        let visitor = match &request.grant {
            Grant::Shown(shown) => self.recognise(shown, from)?,
            Grant::Refresh(token) => self.by_token(token, SessionKind::Refresh)?,
        };
        let refresh_token = match &request.grant {
            Grant::Refresh(token) => Some(token.clone()),
            Grant::Shown(_) if request.offline => {
                Some(self.open_session(&visitor, SessionKind::Refresh)?.token)
            }
            Grant::Shown(_) => None,
        };
        let issued = self.token_for(&visitor, request.access)?;
        Ok(Issued { refresh_token: refresh_token.map(|token| token.expose_secret().into()), ..issued })
    }

    fn token_for(&self, visitor: &Visitor, asked: Access) -> Result<Issued, Refused> {
        let now = self.service.now();
        let actor = visitor.actor();
        let access = self.within_rights(&actor, asked)?;
        let scope = access.to_string();
        let pass = Pass {
            user: visitor.user.id,
            actor,
            access,
            version: visitor.user.token_version,
            expires_at: now.checked_add(LIFE).unwrap_or(Timestamp::MAX),
        };
        let token = self.signer.sign(&pass, self.service.ids.next_id(), now)?;
        Ok(Issued {
            access_token: token.clone(),
            token,
            scope,
            expires_in: LIFE.as_secs(),
            issued_at: now,
            refresh_token: None,
        })
    }

    /// What of it the actor may: nothing is pushed to organizations that do not exist or are disabled.
    fn within_rights(&self, actor: &Actor, asked: Access) -> Result<Access, Refused> {
        let catalog = asked.catalog && rights::is_operator(actor) && actor.may(Scope::Pull);
        let within =
            |name: &RepositoryName, action| name.org().is_some_and(|org| rights::may(actor, org, action));
        let access = Access { catalog, ..asked }.cut(within);
        let open = self.open_organizations(&access)?;
        let takes = |name: &RepositoryName| name.org().is_some_and(|org| open.contains(&org));
        Ok(access.cut(|name, action| action == RepositoryAction::Pull || takes(name)))
    }

    /// Organizations of these repositories that are not disabled.
    fn open_organizations(&self, access: &Access) -> Result<BTreeSet<OrgId>, Refused> {
        let named: BTreeSet<OrgId> = access.repositories.keys().filter_map(RepositoryName::org).collect();
        read(&*self.service.ledger, |records| {
            let mut open = BTreeSet::new();
            for org in named {
                open.extend(records.organization(org)?.filter(|found| !found.disabled).map(|found| found.id));
            }
            Ok(open)
        })
    }
}
