//! The outermost step: gives each request its name, counts and logs it, and answers for a handler that panicked.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;
use tracing::Instrument;
use tracing::field::Empty;

use super::meter::metered;
use super::{ClientAddress, RequestId, request_id, secure};
use crate::routes;
use crate::site::Site;
use crate::trouble::Trouble;

/// The label of a request that no route fits, so that strangers cannot make labels.
const NOWHERE: &str = "none";

/// Watches one request from its headers to those of its answer. The log gets the path and never the query, in which
/// tokens may stand.
pub(crate) async fn watch(State(site): State<Arc<Site>>, mut request: Request, next: Next) -> Response {
    let start = site.clock.elapsed();
    let id = RequestId::of(request.headers(), &*site.ids);
    request.extensions_mut().insert(id.clone());
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let route = routes::find(&method, &path).map_or(NOWHERE, |route| route.pattern);
    let client = ClientAddress::of(request.extensions(), request.headers(), &site.options.trusted_proxies);
    let span = tracing::info_span!(
        "request", id = id.as_str(), %method, path, client = %client.0, org = Empty, actor = Empty, build = Empty
    );
    let request = request.map(|body| metered(body, site.metrics.bytes_in(route)));
    let answer = AssertUnwindSafe(next.run(request)).catch_unwind().instrument(span.clone()).await;
    let answer = answer.unwrap_or_else(|_| span.in_scope(|| broken(&id)));
    let took = site.clock.elapsed().saturating_sub(start);
    site.metrics.answered(route, &method, answer.status(), took);
    span.in_scope(|| told(&method, answer.status(), took.as_secs_f64() * 1e3));
    let mut answer = answer.map(|body| metered(body, site.metrics.bytes_out(route)));
    secure(answer.headers_mut(), site.options.encrypted);
    if let Some(value) = id.header() {
        answer.headers_mut().insert(request_id::HEADER, value);
    }
    answer
}

/// A handler panicked; the panic itself has been told by the program's own hook.
fn broken(id: &RequestId) -> Response {
    tracing::error!(error_id = id.as_str(), "a handler panicked");
    Trouble::internal(id.as_str()).into_response()
}

/// What only read, and went well, is told to those who want to hear everything.
fn told(method: &Method, status: StatusCode, ms: f64) {
    let quiet = method.is_safe() && !status.is_client_error() && !status.is_server_error();
    let (status, ms) = (status.as_u16(), (ms * 100.0).round() / 100.0);
    if quiet {
        tracing::debug!(status, ms, "answered");
    } else {
        tracing::info!(status, ms, "answered");
    }
}
