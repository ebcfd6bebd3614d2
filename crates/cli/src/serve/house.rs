//! The front door, as it is configured.

use std::net::SocketAddr;
use std::sync::Arc;

use assay_app::Refused;
use assay_core::Fault;
use assay_server::listen::{Certificates, Manner};
use assay_server::{Health, Options, Site};
use tokio::net::TcpListener;

use super::rooms::{Rooms, rate};
use super::{probes, standing};
use crate::config::Config;

/// The certificates, when there are some.
pub(super) fn certificates(config: &Config) -> Result<Option<Arc<Certificates>>, Refused> {
    match (&config.tls.cert, &config.tls.key) {
        (Some(chain), Some(key)) => Ok(Some(Certificates::load(chain, key)?)),
        _ => Ok(None),
    }
}

/// A socket to listen on.
pub(super) async fn bound(address: SocketAddr) -> Result<TcpListener, Refused> {
    let listener = TcpListener::bind(address).await;
    listener.map_err(|cause| {
        let fault = Fault::io(format!("listening on {address}"), cause);
        fault.hint("name a free address with `--listen ADDRESS`").into()
    })
}

/// What the handlers have at hand.
pub(super) fn site(rooms: &Rooms, config: &Config, probes: probes::Probes) -> Arc<Site> {
    let limits = &config.limits;
    let options = Options {
        trusted_proxies: config.server.trusted_proxies.clone(),
        encrypted: config.tls.cert.is_some(),
        request_timeout: limits.request_timeout,
        body_timeout: limits.body_timeout,
        requests_at_once: limits.requests as usize,
        per_address: rate(limits.address_rate, limits.address_burst),
        sign_in: rate(limits.sign_in_rate, limits.sign_in_burst),
        metrics_token: config.metrics.token.clone(),
        metrics_elsewhere: config.metrics.listen.is_some(),
    };
    let standing = standing::of(rooms, probes.workers.clone());
    let health = Health::by(probes.list(rooms, config));
    Arc::new(Site::new(
        rooms.service.clone(),
        rooms.reception.clone(),
        rooms.actors.clone(),
        options,
        health,
        standing,
    ))
}

/// How connections are treated.
pub(super) fn manner(config: &Config) -> Manner {
    Manner {
        header_timeout: config.limits.header_timeout,
        write_timeout: config.limits.write_timeout,
        connections: config.limits.connections as usize,
        grace: config.limits.grace,
    }
}
