//! A letter becomes an e-mail.

use std::time::SystemTime;

use assay_app::notice::{Matter, Message};
use assay_core::Fault;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};

use super::letter::Rendered;

/// The e-mail for one address. Its id is the delivery's, so that one that comes twice is known by it; letters about one
/// build hang together in a thread.
pub(super) fn mail(
    from: &Mailbox,
    address: &str,
    message: &Message,
    letter: Rendered,
) -> Result<lettre::Message, Fault> {
    let unfit = |what: &str, cause: &dyn std::fmt::Display| {
        Fault::new("mail-address", format!("writing a letter to `{address}`"), format!("{what}: {cause}"))
    };
    let to: Mailbox = address.parse().map_err(|cause| unfit("that is no address", &cause))?;
    let domain = from.email.domain();
    let mut builder = lettre::Message::builder()
        .from(from.clone())
        .to(to)
        .subject(letter.subject)
        .date(SystemTime::from(message.at))
        .message_id(Some(format!("<{}@{domain}>", message.id)))
        .raw_header(header("Auto-Submitted", "auto-generated"))
        .raw_header(header("X-Auto-Response-Suppress", "All"));
    if let Some(thread) = thread(message) {
        let thread = format!("<{thread}@{domain}>");
        builder = builder.in_reply_to(thread.clone()).references(thread);
    }
    builder
        .multipart(MultiPart::alternative_plain_html(letter.text, letter.html))
        .map_err(|cause| unfit("it cannot be put together", &cause))
}

fn header(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.into())
}

fn thread(message: &Message) -> Option<String> {
    match &message.matter {
        Matter::Step(told) => told.event.build.map(|build| format!("build-{build}")),
        Matter::Alert(_) | Matter::Ping => None,
    }
}
