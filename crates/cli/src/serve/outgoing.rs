//! How messages leave the house, as configured.

use std::path::Path;
use std::sync::Arc;

use assay_app::Refused;
use assay_app::notice::{MailHandler, WebhookHandler, WebhookRules};
use assay_app::work::Handler;
use assay_core::Rejection;
use assay_server::outgoing::{
    Letters, Links, MailOptions, MailWay, Smtp, SmtpSecurity, WebhookOptions, Webhooks,
};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use super::rooms::Rooms;
use crate::config::{Config, MailSecurity, MailTransport};

/// What sends mail and what posts to webhooks. `address` is how people reach the service.
pub(super) fn handlers(
    rooms: &Rooms,
    config: &Config,
    address: &str,
) -> Result<[Arc<dyn Handler>; 2], Refused> {
    let links = Links::below(address);
    let mailer = Letters::new(MailOptions {
        from: config.mail.from.clone(),
        way: way(rooms, config)?,
        links: links.clone(),
    })?;
    let webhooks = &config.webhooks;
    let poster = Webhooks::new(WebhookOptions {
        rules: webhook_rules(config),
        timeout: webhooks.timeout,
        authorities: webhooks.authorities.as_deref().map(certificates).transpose()?,
        links,
    });
    let service = rooms.service.clone();
    Ok([
        Arc::new(MailHandler { service: service.clone(), mailer: Arc::new(mailer) }),
        Arc::new(WebhookHandler { service, poster: Arc::new(poster) }),
    ])
}

/// Where webhooks may lead.
pub(super) fn webhook_rules(config: &Config) -> WebhookRules {
    WebhookRules { allow_addresses: config.webhooks.allow_addresses.clone() }
}

fn way(rooms: &Rooms, config: &Config) -> Result<MailWay, Refused> {
    let mail = &config.mail;
    let (MailTransport::Smtp, Some(host)) = (mail.transport, &mail.host) else {
        return Ok(MailWay::Folder(rooms.folder.root().join("mail")));
    };
    let security = match mail.security {
        MailSecurity::Tls => SmtpSecurity::Tls,
        MailSecurity::StartTls => SmtpSecurity::StartTls,
        MailSecurity::Plain => SmtpSecurity::Plain,
    };
    Ok(MailWay::Smtp(Smtp {
        host: host.clone(),
        port: mail.port,
        security,
        credentials: mail.user.clone().zip(mail.password.clone()),
        authorities: mail.authorities.as_deref().map(certificates).transpose()?.unwrap_or_default(),
    }))
}

/// The certificates of a PEM file.
fn certificates(file: &Path) -> Result<Vec<Vec<u8>>, Rejection> {
    let read: Result<Vec<_>, _> = CertificateDer::pem_file_iter(file).and_then(Iterator::collect);
    let read = read.map_err(|cause| {
        let message = format!("the certificates `{}` cannot be read: {cause}", file.display());
        Rejection::new("malformed-settings", message)
    })?;
    Ok(read.iter().map(|certificate| certificate.to_vec()).collect())
}
