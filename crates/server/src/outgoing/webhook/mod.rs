//! Webhook messages: a CloudEvents 1.0 body in structured JSON, signed as the Standard Webhooks specification says, posted
//! to the endpoint's address and nowhere else.

mod body;
mod guard;
mod sign;

use std::fmt;
use std::io::Read;
use std::sync::Arc;
use std::time::Duration;

use assay_app::notice::{Fate, Message, Poster, Sending, Target, WebhookRules};
use assay_core::Fault;
use jiff::Timestamp;
use ureq::http::{HeaderMap, Response};
use ureq::tls::{Certificate, RootCerts, TlsConfig, TlsProvider};
use ureq::unversioned::transport::DefaultConnector;
use ureq::{Agent, Body};

use super::{Links, text};
use guard::Guard;

/// Bytes of an answer that are read, and kept for whoever looks after the endpoint.
const EXCERPT: u64 = 1024;
/// Bytes of an answer's headers at most.
const HEADERS: usize = 32 << 10;

/// How messages are posted.
#[derive(Clone, Debug)]
pub struct WebhookOptions {
    /// What is allowed beside public addresses over TLS.
    pub rules: WebhookRules,
    /// Until an attempt is over, whatever the other side does.
    pub timeout: Duration,
    /// Certificates (DER) of authorities that are trusted instead of the system's.
    pub authorities: Option<Vec<Vec<u8>>>,
    /// Addresses that messages name.
    pub links: Links,
}

/// Posts webhook messages.
pub struct Webhooks {
    agent: Agent,
    links: Links,
}

impl fmt::Debug for Webhooks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Webhooks").finish_non_exhaustive()
    }
}

impl Webhooks {
    /// A poster. It follows no redirects and uses no proxy; both would lead elsewhere than was checked.
    pub fn new(options: WebhookOptions) -> Self {
        let config = Agent::config_builder()
            .tls_config(tls(options.authorities))
            .proxy(None)
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .max_response_header_size(HEADERS)
            .max_idle_connections(0)
            .accept_encoding("identity")
            .user_agent(concat!("assay/", env!("CARGO_PKG_VERSION")))
            .timeout_global(Some(options.timeout))
            .build();
        let agent = Agent::with_parts(config, DefaultConnector::default(), Guard::new(options.rules));
        Self { agent, links: options.links }
    }
}

impl Poster for Webhooks {
    fn post(&self, target: &Target, message: &Message, at: Timestamp) -> Sending {
        let body = body::of(message, &self.links).to_string();
        let signature = match sign::header(&target.secrets, &message.id.0, at, &body) {
            Ok(signature) => signature,
            Err(fault) => return Sending::failed(fault),
        };
        let answer = self
            .agent
            .post(&target.url)
            .header("content-type", "application/cloudevents+json; charset=utf-8")
            .header("webhook-id", &message.id.0)
            .header("webhook-timestamp", at.as_second().to_string())
            .header("webhook-signature", signature)
            .send(&body);
        match answer {
            Ok(answer) => judge(answer),
            Err(problem) => Sending::failed(unreached(&problem)),
        }
    }
}

fn tls(authorities: Option<Vec<Vec<u8>>>) -> TlsConfig {
    let roots = match authorities {
        None => RootCerts::PlatformVerifier,
        Some(given) => {
            let certificates = given.iter().map(|der| Certificate::from_der(der).to_owned()).collect();
            RootCerts::Specific(Arc::new(certificates))
        }
    };
    TlsConfig::builder()
        .provider(TlsProvider::Rustls)
        .root_certs(roots)
        .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
        .build()
}

/// What an answer means (Standard Webhooks): 2xx is a delivery, 410 wants no more, all else may go better later.
fn judge(mut answer: Response<Body>) -> Sending {
    let status = answer.status().as_u16();
    let after = retry_after(answer.headers());
    let excerpt = excerpt(answer.body_mut());
    let fate = match status {
        200..=299 => Fate::Delivered,
        410 => Fate::Gone,
        300..=399 => Fate::Later { fault: refused(status, ", and redirects are not followed"), after },
        _ => Fate::Later { fault: refused(status, ""), after },
    };
    Sending { status: Some(status), answer: excerpt, fate }
}

fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers.get("retry-after")?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds))
}

/// What can be read of an answer. That it breaks off changes nothing about its status.
fn excerpt(body: &mut Body) -> String {
    let mut bytes = Vec::new();
    let mut reader = body.as_reader().take(EXCERPT);
    // Whatever came before the trouble is the excerpt.
    let _ = reader.read_to_end(&mut bytes);
    text::block(&String::from_utf8_lossy(&bytes), EXCERPT as usize)
}

fn refused(status: u16, more: &str) -> Fault {
    Fault::new(
        "webhook-refused",
        "posting to a webhook endpoint",
        format!("it answered with status {status}{more}"),
    )
    .retryable()
}

fn unreached(problem: &ureq::Error) -> Fault {
    let doing = "posting to a webhook endpoint";
    match problem {
        ureq::Error::Other(cause) if cause.is::<guard::Inside>() => {
            Fault::new("webhook-url-private", doing, cause)
                .hint("name a public host, or list the address under `webhooks.allow_addresses`")
        }
        ureq::Error::BadUri(_) | ureq::Error::Http(_) => Fault::new("webhook-url-malformed", doing, problem),
        _ => Fault::new("webhook-unreached", doing, problem).retryable(),
    }
}
