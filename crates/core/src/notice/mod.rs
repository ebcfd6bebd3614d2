//! Notices: who is told of what happened, by e-mail or webhook, and how far the telling has come.

mod endpoint;
pub mod names;
mod records;

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::account::OrgId;
use crate::build::BuildId;
use crate::digest::Digest;

pub use endpoint::{EndpointDisabled, EndpointId, EndpointSecret, PreviousSecret, WebhookEndpoint};
pub use records::{DeliveryFilter, Notices};

/// Names a delivery, and is the key by which its receiver recognises one that comes twice: the `webhook-id`, the left part
/// of the `Message-ID`. It follows from what happened and who is told, so that nothing queues a second one.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DeliveryId(pub String);

impl fmt::Display for DeliveryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// One message to one receiver.
#[derive(Clone, PartialEq, Debug)]
pub struct Delivery {
    /// Its id and idempotency key.
    pub id: DeliveryId,
    /// The receiver's organization.
    pub org: OrgId,
    /// What it tells.
    pub about: About,
    /// The event's name, `OperatorAlert` or `Ping`; for lists.
    pub name: String,
    /// Who is told.
    pub to: Recipient,
    /// The report as it was when this was queued; a later one is another message's matter.
    pub report: Option<Digest>,
    /// How far it has come.
    pub state: DeliveryState,
    /// Attempts that ended with an answer or a fault.
    pub attempts: u32,
    /// What the last attempt came to.
    pub last: Option<Attempt>,
    /// When it is tried next; none once it is over.
    pub next_at: Option<Timestamp>,
    /// When it was queued.
    pub queued_at: Timestamp,
    /// When it was delivered or given up.
    pub ended_at: Option<Timestamp>,
}

/// What a message tells.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum About {
    /// A step in a build's or engine's life, by its number.
    Event {
        /// Sequence number of the event.
        sequence: i64,
    },
    /// Something an operator has to look after.
    Alert(Alert),
    /// Nothing: a trial of the way.
    Ping,
}

/// Trouble of ours that a person has to look after.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Alert {
    /// What it is about, and when it would be the same trouble again: one alert is sent per key.
    pub key: String,
    /// One line.
    pub title: String,
    /// What happened, in sentences.
    pub text: String,
    /// What can be done about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// The build concerned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub build: Option<BuildId>,
}

/// Who is told, and how.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Recipient {
    /// A program, by webhook.
    Endpoint(EndpointId),
    /// A person, by e-mail.
    Mail {
        /// Where to.
        address: String,
        /// As what.
        audience: Audience,
    },
}

/// As what a person is told: the words differ, and what is to be done next.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Audience {
    /// Pushed or submitted the build, or is named in the engine's testing detail.
    Developer,
    /// Decides about builds of the organization.
    Approver,
    /// Looks after the installation.
    Operator,
}

impl Audience {
    /// Every audience.
    pub const ALL: [Self; 3] = [Self::Developer, Self::Approver, Self::Operator];

    /// The name in the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Developer => "developer",
            Self::Approver => "approver",
            Self::Operator => "operator",
        }
    }

    /// The audience of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|audience| audience.name() == name)
    }
}

/// How far a delivery has come.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DeliveryState {
    /// Waits for its next attempt.
    Queued,
    /// The receiver has it.
    Delivered,
    /// Given up; can be sent again by hand.
    Dead,
    /// Called off: its endpoint was deleted.
    Cancelled,
}

impl DeliveryState {
    /// Every state.
    pub const ALL: [Self; 4] = [Self::Queued, Self::Delivered, Self::Dead, Self::Cancelled];

    /// The name in the database and in lists.
    pub fn name(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Delivered => "delivered",
            Self::Dead => "dead",
            Self::Cancelled => "cancelled",
        }
    }

    /// The state of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// What an attempt came to.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Attempt {
    /// When it ended.
    pub at: Timestamp,
    /// The receiver's status code, HTTP or SMTP, when it answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// The beginning of what it answered, control characters replaced.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub answer: String,
    /// Why that is no delivery.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<String>,
}
