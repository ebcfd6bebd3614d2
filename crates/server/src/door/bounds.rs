//! Bounds on every request: how often, how many at once, how large, how long.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, HttpBody};
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http_body_util::Limited;
use serde_json::json;
use tower_http::timeout::TimeoutBody;

use super::{ClientAddress, RequestId};
use crate::routes::{self, Pace, Route};
use crate::site::Site;
use crate::trouble::Trouble;

/// What checks on the house asks for these. They have no body and are answered at once.
const WATCHED: [&str; 3] = ["/healthz", "/readyz", "/metrics"];

/// Lets a request in when its address has some allowance left and the house is not full. What checks on the house from
/// beside it is always let in: it is asked most when the house is in trouble.
pub(crate) async fn admit(State(site): State<Arc<Site>>, request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    let client = ClientAddress::of(request.extensions(), request.headers(), &site.options.trusted_proxies);
    if let Err(wait) = site.allow_address(client, &path) {
        return busy(&path, StatusCode::TOO_MANY_REQUESTS, "rate_limited", wait);
    }
    if WATCHED.contains(&path.as_str()) {
        return next.run(request).await;
    }
    let Some(_seat) = site.seats.take(client.neighbourhood()) else {
        let wait = Duration::from_secs(1);
        return busy(&path, StatusCode::SERVICE_UNAVAILABLE, "capacity_exceeded", wait);
    };
    next.run(request).await
}

/// Holds a request to its route's limits of size and time.
pub(crate) async fn hold(State(site): State<Arc<Site>>, request: Request, next: Next) -> Response {
    let Some(route) = routes::find(request.method(), request.uri().path()) else {
        return next.run(request).await;
    };
    let id = request.extensions().get::<RequestId>().map(|id| id.as_str().to_owned()).unwrap_or_default();
    let request = match sized(route, awake(&site, request), &id) {
        Ok(request) => request,
        Err(trouble) => return trouble.into_response(),
    };
    match route.pace {
        Pace::Flowing => next.run(request).await,
        Pace::Quick => {
            let limit = site.options.request_timeout;
            tokio::time::timeout(limit, next.run(request)).await.unwrap_or_else(|_| late(&id, limit))
        }
    }
}

/// A body whose pieces keep coming. The registry looks after its own, since it keeps what has come.
fn awake(site: &Site, request: Request) -> Request {
    if request.uri().path().starts_with("/v2/") {
        return request;
    }
    let limit = site.options.body_timeout;
    request.map(|body| if body.is_end_stream() { body } else { Body::new(TimeoutBody::new(limit, body)) })
}

fn sized(route: &Route, request: Request, id: &str) -> Result<Request, Trouble> {
    let routes::Body::AtMost(limit) = route.body else { return Ok(request) };
    let declared = request.headers().get(header::CONTENT_LENGTH);
    let declared: Option<u64> = declared.and_then(|value| value.to_str().ok()?.parse().ok());
    if let Some(size) = declared.filter(|size| *size > limit) {
        let message = format!("The request is larger than {limit} bytes");
        return Err(Trouble::new(StatusCode::PAYLOAD_TOO_LARGE, "invalid_input", message)
            .with("limitInBytes", limit)
            .with("requestSize", size.to_string())
            .with("errorId", id));
    }
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    Ok(request.map(|body| Body::new(Limited::new(body, limit))))
}

fn late(id: &str, limit: Duration) -> Response {
    let message = format!("The request took longer than {} s and was ended", limit.as_secs());
    Trouble::new(StatusCode::SERVICE_UNAVAILABLE, "service_unavailable", message)
        .with("errorId", id)
        .retry_after(1)
        .into_response()
}

/// Come back later, in the words of whom the path belongs to.
fn busy(path: &str, status: StatusCode, name: &'static str, wait: Duration) -> Response {
    let seconds = wait.as_secs_f64().ceil().max(1.0) as u64;
    let message = format!("Too many requests; try again in {seconds} s");
    if !path.starts_with("/v2/") {
        return Trouble::new(status, name, message).retry_after(seconds).into_response();
    }
    let body = json!({ "errors": [{ "code": "TOOMANYREQUESTS", "message": message }] });
    (status, [(header::RETRY_AFTER, seconds.to_string())], axum::Json(body)).into_response()
}
