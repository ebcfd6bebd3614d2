//! What leaves the house: letters to people, webhook messages to programs. The use cases say what is told and to whom;
//! here it gets its form and goes out.

mod links;
mod mail;
mod text;
mod webhook;

pub use links::Links;
pub use mail::{Letters, MailOptions, MailWay, Smtp, SmtpSecurity};
pub use webhook::{WebhookOptions, Webhooks};
