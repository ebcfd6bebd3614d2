//! Letters to a mail server.

use std::time::Duration;

use assay_app::notice::{Fate, Sending};
use assay_core::Fault;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::{Message, SmtpTransport, Transport};
use secrecy::{ExposeSecret, SecretString};

use crate::outgoing::text;

/// Characters kept of what a server says.
const EXCERPT: usize = 500;
/// Until the server has answered one command.
const PATIENCE: Duration = Duration::from_secs(30);

/// A mail server.
#[derive(Clone, Debug)]
pub struct Smtp {
    /// Its name; its certificate has to be for this name.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is secured.
    pub security: SmtpSecurity,
    /// User and password.
    pub credentials: Option<(String, SecretString)>,
    /// Certificates (DER) of authorities that are trusted beside the system's.
    pub authorities: Vec<Vec<u8>>,
}

/// How the connection to a mail server is secured.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SmtpSecurity {
    /// TLS from the first byte, as on port 465.
    Tls,
    /// Plain at first, then TLS by STARTTLS, as on port 587. A server that does not offer it is not spoken to.
    StartTls,
    /// Not at all: a relay on this very machine.
    Plain,
}

/// A mail server that is known how to be spoken to.
pub(super) struct Server(SmtpTransport);

impl Server {
    /// `domain` is what we call ourselves.
    pub(super) fn new(smtp: Smtp, domain: &str) -> Result<Self, Fault> {
        let unfit = |cause| {
            Fault::new("mail", format!("preparing to speak with the mail server {}", smtp.host), cause)
        };
        let parameters = || parameters(&smtp).map_err(unfit);
        let tls = match smtp.security {
            SmtpSecurity::Tls => Tls::Wrapper(parameters()?),
            SmtpSecurity::StartTls => Tls::Required(parameters()?),
            SmtpSecurity::Plain => Tls::None,
        };
        let mut builder = SmtpTransport::builder_dangerous(&smtp.host)
            .port(smtp.port)
            .tls(tls)
            .timeout(Some(PATIENCE))
            .hello_name(ClientId::Domain(domain.to_owned()));
        if let Some((user, password)) = smtp.credentials {
            builder = builder.credentials(Credentials::new(user, password.expose_secret().to_owned()));
        }
        Ok(Self(builder.build()))
    }

    pub(super) fn send(&self, mail: &Message) -> Sending {
        match self.0.send(mail) {
            Ok(answer) => {
                let said = answer.message().collect::<Vec<_>>().join(" ");
                Sending::delivered(answer.code().into(), text::line(&said, EXCERPT))
            }
            Err(problem) => judge(&problem),
        }
    }
}

fn parameters(smtp: &Smtp) -> Result<TlsParameters, lettre::transport::smtp::Error> {
    let mut builder = TlsParameters::builder(smtp.host.clone());
    for der in &smtp.authorities {
        builder = builder.add_root_certificate(Certificate::from_der(der.clone())?);
    }
    builder.build_rustls()
}

/// A server that refuses this letter or this mailbox for good is believed. Whatever else it says, also about our password,
/// may be mended before the next attempt.
fn judge(problem: &lettre::transport::smtp::Error) -> Sending {
    let said = text::line(&told(problem), EXCERPT);
    let status = problem.status().map(u16::from);
    let fault = Fault::new("mail", "sending a letter", &said).retryable();
    let fate = match status {
        Some(550..=554 | 556) => Fate::Never(fault),
        _ => Fate::Later { fault, after: None },
    };
    Sending { status, answer: if status.is_some() { said } else { String::new() }, fate }
}

/// The error and what caused it.
fn told(problem: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(problem.source(), |cause| cause.source());
    causes.fold(problem.to_string(), |told, cause| {
        let cause = cause.to_string();
        if told.contains(&cause) { told } else { format!("{told}: {cause}") }
    })
}
