//! Signing registry tokens, and reading our own again (RFC 7519). Issuer and verifier are the same, so one shared secret
//! does.

use std::collections::BTreeSet;

use assay_core::{Actor, Fault, OrgId, Role, Scope, UserId};
use jiff::Timestamp;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Access;
use super::issue::LIFE;
use crate::account::secret::{Purpose, Secrets};

/// Who issues tokens, and for whom.
const ISSUER: &str = "assay";
const AUDIENCE: &str = "assay-registry";

/// Bytes of a token at most; clients and servers bound their headers.
const LONGEST: usize = 8192;

/// What a token says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(in crate::account) struct Pass {
    pub(in crate::account) user: UserId,
    pub(in crate::account) actor: Actor,
    pub(in crate::account) access: Access,
    /// The version of the user's tokens.
    pub(in crate::account) version: u32,
    pub(in crate::account) expires_at: Timestamp,
}

/// The claims on the wire.
#[derive(Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    sub: UserId,
    iat: i64,
    nbf: i64,
    exp: i64,
    jti: Uuid,
    access: Access,
    name: String,
    org: OrgId,
    roles: BTreeSet<Role>,
    scopes: BTreeSet<Scope>,
    version: u32,
}

/// Signs and verifies.
pub(in crate::account) struct Signer {
    signing: EncodingKey,
    verifying: DecodingKey,
    rules: Validation,
}

impl Signer {
    pub(in crate::account) fn new(secrets: &Secrets) -> Result<Self, Fault> {
        let secret = secrets.hash(Purpose::Token, b"")?;
        let mut rules = Validation::new(Algorithm::HS256);
        rules.set_issuer(&[ISSUER]);
        rules.set_audience(&[AUDIENCE]);
        // Times are compared by the clock that is handed in.
        rules.validate_exp = false;
        Ok(Self {
            signing: EncodingKey::from_secret(&secret),
            verifying: DecodingKey::from_secret(&secret),
            rules,
        })
    }

    /// The token that says this, from `now` on. Fails when it would be longer than clients can carry.
    pub(super) fn sign(&self, pass: &Pass, id: Uuid, now: Timestamp) -> Result<String, Fault> {
        let Pass { user, actor, access, version, expires_at } = pass;
        let claims = Claims {
            iss: ISSUER.into(),
            aud: AUDIENCE.into(),
            sub: *user,
            iat: now.as_second(),
            nbf: now.as_second(),
            exp: expires_at.as_second(),
            jti: id,
            access: access.clone(),
            name: actor.name.clone(),
            org: actor.org,
            roles: actor.roles.clone(),
            scopes: actor.scopes.clone(),
            version: *version,
        };
        let token = encode(&Header::new(Algorithm::HS256), &claims, &self.signing)
            .map_err(|cause| Fault::new("token", "signing a token", cause))?;
        if token.len() > LONGEST {
            return Err(Fault::new("token", "signing a token", format!("it is over {LONGEST} bytes long")));
        }
        Ok(token)
    }

    /// What the token says, if it is ours and not over.
    pub(in crate::account) fn verify(&self, token: &str, now: Timestamp) -> Option<Pass> {
        if token.len() > LONGEST {
            return None;
        }
        let claims = decode::<Claims>(token, &self.verifying, &self.rules).ok()?.claims;
        let expires_at = Timestamp::from_second(claims.exp).ok()?;
        let latest = now.checked_add(LIFE).unwrap_or(Timestamp::MAX);
        let actor = Actor {
            user: Some(claims.sub),
            name: claims.name,
            org: claims.org,
            roles: claims.roles,
            scopes: claims.scopes,
        };
        let pass =
            Pass { user: claims.sub, actor, access: claims.access, version: claims.version, expires_at };
        (now < expires_at && expires_at <= latest).then_some(pass)
    }
}

impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Signer").finish_non_exhaustive()
    }
}
