//! Settings that must go together.

use assay_core::Rejection;

use super::kind::MailTransport;
use super::settings::Config;

/// Says which settings do not go together.
pub(super) fn check(config: &Config) -> Result<(), Rejection> {
    let limits = &config.limits;
    let rules = [
        (
            config.tls.cert.is_some() == config.tls.key.is_some(),
            "`tls.cert` and `tls.key` go together: give both or none",
        ),
        (
            config.mail.transport != MailTransport::Smtp || config.mail.host.is_some(),
            "mail to a server needs `mail.host`",
        ),
        (
            config.mail.user.is_some() == config.mail.password.is_some(),
            "`mail.user` and `mail.password` go together: give both or none",
        ),
        (
            limits.connections > 0 && limits.requests > 0,
            "`limits.connections` and `limits.requests` let somebody in: at least 1",
        ),
        (
            limits.address_burst > 0 && limits.actor_burst > 0 && limits.sign_in_burst > 0,
            "a burst is at least 1; a rate of 0 lifts a limit",
        ),
        (
            config.metrics.listen != Some(config.server.listen) || config.server.listen.port() == 0,
            "`metrics.listen` is another address than `server.listen`",
        ),
    ];
    match rules.into_iter().find(|(kept, _)| !kept) {
        Some((_, rule)) => Err(Rejection::new("unsound-settings", rule)),
        None => Ok(()),
    }
}
