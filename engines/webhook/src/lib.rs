//! The engine's side of the webhook protocol: `GET` on the ready webhook, `POST` of a form on the process webhook.
//!
//! A chunk engine is a function from a [`Task`] to an [`Answer`], handed to [`serve`]. A batch engine uses [`client`].

mod address;
pub mod client;
mod form;
mod head;
mod server;
mod signal;
pub mod text;

use serde_json::Value;

pub use server::{Engine, serve};
pub use signal::end_on_sigterm;

/// One process request.
#[derive(Debug, Default, PartialEq)]
pub struct Task {
    /// The bytes to work on; `None` when the request carries none.
    pub chunk: Option<Vec<u8>>,
    /// Media type of the chunk, as told.
    pub mime: String,
    /// Every text field of the form, in order.
    pub fields: Vec<(String, String)>,
}

impl Task {
    /// A text field.
    pub fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Whether the chunk is plain text.
    pub fn is_plain_text(&self) -> bool {
        self.mime.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("text/plain"))
    }
}

/// What an engine says to a task.
#[derive(Debug, PartialEq)]
pub enum Answer {
    /// A result.
    Json(Value),
    /// The engine does not handle this chunk.
    Ignored,
    /// The chunk cannot be worked on; a status from 400 and a sentence.
    Failed(u16, String),
}

impl Answer {
    /// Status, media type and body.
    fn parts(self) -> (u16, &'static str, Vec<u8>) {
        match self {
            Self::Json(value) => (200, "application/json", value.to_string().into_bytes()),
            Self::Ignored => (204, "text/plain", Vec::new()),
            Self::Failed(status, why) => (status, "text/plain", why.into_bytes()),
        }
    }
}
