//! Names become addresses here, and addresses that only insiders reach stay out. The connection is made to the very
//! addresses that were looked at, so that a name cannot mean one thing to us and another to the connection.

use assay_app::notice::WebhookRules;
use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

/// Looks names up and lets through what the rules permit.
#[derive(Debug)]
pub(super) struct Guard {
    rules: WebhookRules,
    names: DefaultResolver,
}

/// A name leads nowhere that something may be posted to.
#[derive(Debug, thiserror::Error)]
#[error(
    "the host leads to no address that may be posted to this way: it is private, reserved, or not spoken to over TLS"
)]
pub(super) struct Inside;

impl Guard {
    pub(super) fn new(rules: WebhookRules) -> Self {
        Self { rules, names: DefaultResolver::default() }
    }
}

impl Resolver for Guard {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let encrypted = uri.scheme_str() == Some("https");
        let mut permitted = self.empty();
        for address in self.names.resolve(uri, config, timeout)?.iter() {
            if self.rules.permit(address.ip(), encrypted) {
                permitted.push(*address);
            }
        }
        if permitted.is_empty() { Err(ureq::Error::Other(Box::new(Inside))) } else { Ok(permitted) }
    }
}
