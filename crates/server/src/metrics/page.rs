//! `GET /metrics`

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use prometheus_client::encoding::text::encode;
use prometheus_client::registry::Registry;
use secrecy::{ExposeSecret, SecretString};
use subtle::ConstantTimeEq;

use crate::door::{ClientAddress, PeerAddress, RequestId};
use crate::site::Site;
use crate::trouble::Trouble;

const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// The page, for whoever is at this machine or shows the metrics token. Where metrics have a listener of their own, the
/// public one does not have the page at all.
pub(crate) async fn page(State(site): State<Arc<Site>>, id: RequestId, request: Request) -> Response {
    if site.options.metrics_elsewhere {
        return Trouble::not_found().into_response();
    }
    // The connection's own end: what a proxy says does not make anybody local.
    let peer =
        request.extensions().get::<PeerAddress>().is_some_and(|peer| peer.0.to_canonical().is_loopback());
    let client = ClientAddress::of(request.extensions(), request.headers(), &site.options.trusted_proxies);
    let forwarded = request.headers().contains_key("x-forwarded-for");
    let local = peer && client.is_loopback() && !forwarded;
    if local || has_token(request.headers(), site.options.metrics_token.as_ref()) {
        return write(site, &id).await;
    }
    // As if there were nothing here.
    Trouble::not_found().into_response()
}

fn has_token(headers: &HeaderMap, token: Option<&SecretString>) -> bool {
    let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let given = given.and_then(|value| value.strip_prefix("Bearer "));
    match (given, token) {
        (Some(given), Some(token)) => given.as_bytes().ct_eq(token.expose_secret().as_bytes()).into(),
        _ => false,
    }
}

/// The page on a listener of its own, which only those meant to see it can reach.
pub(crate) async fn inner_page(State(site): State<Arc<Site>>, id: RequestId) -> Response {
    write(site, &id).await
}

/// Writes the page: what was counted, and how things stand now.
async fn write(site: Arc<Site>, id: &RequestId) -> Response {
    let written = tokio::task::spawn_blocking(move || {
        let mut registry = Registry::with_prefix("assay");
        site.metrics.register(&mut registry);
        (site.standing)().register(&mut registry);
        let mut text = String::new();
        encode(&mut text, &registry).map(|()| text)
    });
    match written.await {
        Ok(Ok(text)) => (StatusCode::OK, [(header::CONTENT_TYPE, OPEN_METRICS)], text).into_response(),
        _ => Trouble::internal(id.as_str()).into_response(),
    }
}
