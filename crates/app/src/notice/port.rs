//! The ports through which messages leave the house.

use std::time::Duration;

use assay_core::Fault;
use assay_core::notice::EndpointSecret;
use jiff::Timestamp;

use super::Message;

/// Sends letters.
pub trait Mailer: Send + Sync {
    /// Sends `message` to one address. The same message may come twice, under the same id.
    fn mail(&self, address: &str, message: &Message) -> Sending;
}

/// Posts to webhook endpoints.
pub trait Poster: Send + Sync {
    /// Posts `message`, signed at this time. The same message may come twice, under the same id.
    fn post(&self, target: &Target, message: &Message, at: Timestamp) -> Sending;
}

/// Where something is posted.
#[derive(Clone, Debug)]
pub struct Target {
    /// The endpoint's address.
    pub url: String,
    /// What signs: one secret, or the new and the old one.
    pub secrets: Vec<EndpointSecret>,
}

/// What an attempt came to.
#[derive(Clone, PartialEq, Debug)]
pub struct Sending {
    /// The receiver's status code, HTTP or SMTP, when it answered.
    pub status: Option<u16>,
    /// The beginning of what it answered; bounded by whoever read it.
    pub answer: String,
    /// What that means.
    pub fate: Fate,
}

/// What becomes of a message after an attempt.
#[derive(Clone, PartialEq, Debug)]
pub enum Fate {
    /// The receiver has it.
    Delivered,
    /// Another attempt may go better.
    Later {
        /// What went wrong.
        fault: Fault,
        /// How long the receiver asks us to wait.
        after: Option<Duration>,
    },
    /// No attempt will go better.
    Never(Fault),
    /// The receiver wants nothing any more.
    Gone,
}

impl Sending {
    /// It arrived.
    pub fn delivered(status: u16, answer: impl Into<String>) -> Self {
        Self { status: Some(status), answer: answer.into(), fate: Fate::Delivered }
    }

    /// It did not get as far as an answer.
    pub fn failed(fault: Fault) -> Self {
        let fate = if fault.retryable { Fate::Later { fault, after: None } } else { Fate::Never(fault) };
        Self { status: None, answer: String::new(), fate }
    }
}
