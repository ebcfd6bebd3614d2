//! Letters: a message becomes an e-mail in text and HTML, and goes to a mail server or, where there is none, to a folder.

mod compose;
mod folder;
mod letter;
mod smtp;

use std::fmt;
use std::path::PathBuf;

use assay_app::notice::{Mailer, Message, Sending};
use assay_core::Fault;
use lettre::message::Mailbox;

use super::Links;
pub use smtp::{Smtp, SmtpSecurity};

/// How letters are sent.
#[derive(Clone, Debug)]
pub struct MailOptions {
    /// Sender: `Assay <assay@example.com>`.
    pub from: String,
    /// Where letters go.
    pub way: MailWay,
    /// Addresses that letters lead to.
    pub links: Links,
}

/// Where letters go.
#[derive(Clone, Debug)]
pub enum MailWay {
    /// To files in this folder, one each, named by the delivery.
    Folder(PathBuf),
    /// To a mail server.
    Smtp(Smtp),
}

/// Sends letters.
pub struct Letters {
    from: Mailbox,
    way: Way,
    links: Links,
}

enum Way {
    Folder(PathBuf),
    Smtp(smtp::Server),
}

impl fmt::Debug for Letters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Letters").field("from", &self.from).finish_non_exhaustive()
    }
}

impl Letters {
    /// A mailer. Nothing is connected yet.
    ///
    /// # Errors
    /// A sender that is no address, a server's certificates that cannot be read.
    pub fn new(options: MailOptions) -> Result<Self, Fault> {
        let doing = format!("reading the sender `{}`", options.from);
        let from: Mailbox = options.from.parse().map_err(|cause| Fault::new("mail", doing, cause))?;
        let way = match options.way {
            MailWay::Folder(folder) => Way::Folder(folder),
            MailWay::Smtp(smtp) => Way::Smtp(smtp::Server::new(smtp, from.email.domain())?),
        };
        Ok(Self { from, way, links: options.links })
    }
}

impl Mailer for Letters {
    fn mail(&self, address: &str, message: &Message) -> Sending {
        let composed = letter::render(message, &self.links)
            .and_then(|letter| compose::mail(&self.from, address, message, letter));
        match (composed, &self.way) {
            (Err(fault), _) => Sending::failed(fault),
            (Ok(mail), Way::Folder(folder)) => folder::put(folder, &message.id.0, &mail.formatted()),
            (Ok(mail), Way::Smtp(server)) => server.send(&mail),
        }
    }
}
