//! Webhook endpoints: where programs want to be told.

use std::fmt;

use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::account::{OrgId, UserId};

/// Names a webhook endpoint.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EndpointId(pub Uuid);

impl fmt::Display for EndpointId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A program that wants to be told.
#[derive(Clone, Debug)]
pub struct WebhookEndpoint {
    /// Its id.
    pub id: EndpointId,
    /// Whose events it hears. One of the operators' organization hears everybody's.
    pub org: OrgId,
    /// Where messages are posted.
    pub url: String,
    /// For people.
    pub description: String,
    /// What messages are signed with.
    pub secret: EndpointSecret,
    /// The secret before, which signs beside the new one for a while, so that receivers can change over.
    pub previous: Option<PreviousSecret>,
    /// Names of the events it wants; empty means all.
    pub events: Vec<String>,
    /// Why it is told nothing, when it is not.
    pub disabled: Option<EndpointDisabled>,
    /// Until when nothing is sent to it, because it did not answer.
    pub rests_until: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
    /// By whom.
    pub created_by: Option<UserId>,
    /// When it was last changed.
    pub modified_at: Timestamp,
}

impl WebhookEndpoint {
    /// Whether it is told of events of this name.
    pub fn wants(&self, name: &str) -> bool {
        self.disabled.is_none() && (self.events.is_empty() || self.events.iter().any(|event| event == name))
    }

    /// The secrets that sign at this time, the newest first.
    pub fn signing_secrets(&self, at: Timestamp) -> Vec<EndpointSecret> {
        let previous = self.previous.as_ref().filter(|previous| at < previous.until);
        std::iter::once(&self.secret).chain(previous.map(|previous| &previous.secret)).cloned().collect()
    }
}

/// A secret that was replaced and signs until a time.
#[derive(Clone, Debug)]
pub struct PreviousSecret {
    /// The secret.
    pub secret: EndpointSecret,
    /// When it stops signing.
    pub until: Timestamp,
}

/// Who disabled an endpoint.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EndpointDisabled {
    /// A person.
    Person,
    /// It answered 410 Gone.
    Gone,
}

impl EndpointDisabled {
    /// Every reason.
    pub const ALL: [Self; 2] = [Self::Person, Self::Gone];

    /// The name in the database and in lists.
    pub fn name(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Gone => "gone",
        }
    }

    /// The reason of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.name() == name)
    }
}

/// A signing secret as people exchange it: `whsec_` and base64. Does not print.
#[derive(Clone, Debug)]
pub struct EndpointSecret(SecretString);

impl EndpointSecret {
    /// What such a secret begins with.
    pub const PREFIX: &str = "whsec_";

    /// The secret written as `text`.
    pub fn new(text: impl Into<String>) -> Self {
        Self(SecretString::from(text.into()))
    }

    /// The secret, for whoever signs, stores or shows it once.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}
