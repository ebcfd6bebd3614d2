//! `POST /v3/graphql`.

use std::sync::Arc;

use async_graphql::{Request, Variables};
use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRef, FromRequestParts, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::Value;

use super::visit::Visit;
use super::{Api, envelope};
use crate::caller::Caller;
use crate::door::{ClientAddress, RequestId};
use crate::site::Site;
use crate::trouble::Trouble;

/// Where queries are answered.
#[derive(Clone)]
pub(super) struct Desk {
    pub(super) site: Arc<Site>,
    pub(super) api: Api,
}

impl FromRef<Desk> for Arc<Site> {
    fn from_ref(desk: &Desk) -> Self {
        desk.site.clone()
    }
}

/// Who asks may be unknown: logging in is a query too. Any other trouble at the door is the whole answer.
impl FromRequestParts<Desk> for Visit {
    type Rejection = Trouble;

    async fn from_request_parts(parts: &mut Parts, desk: &Desk) -> Result<Self, Trouble> {
        let Ok(request) = RequestId::from_request_parts(parts, desk).await;
        let actor = match Caller::from_request_parts(parts, desk).await {
            Ok(Caller(actor)) => Ok(actor),
            Err(trouble) if trouble.status == StatusCode::UNAUTHORIZED => Err(trouble),
            Err(trouble) => return Err(trouble),
        };
        let proxies = &desk.site.options.trusted_proxies;
        let from = ClientAddress::of(&parts.extensions, &parts.headers, proxies).0;
        Ok(Self { site: desk.site.clone(), actor, request, from })
    }
}

/// Answers a query.
pub(super) async fn answer(
    State(desk): State<Desk>,
    visit: Visit,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let now = desk.site.clock.now();
    match read(&headers, body) {
        Err(trouble) => trouble.into_response(),
        Ok(asked) => {
            let (status, body) = envelope::of(desk.api.execute(asked.data(visit)).await, now);
            (status, Json(body)).into_response()
        }
    }
}

/// The body of a request.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Asked {
    query: Option<String>,
    #[serde(default)]
    variables: Value,
    operation_name: Option<String>,
}

fn read(headers: &HeaderMap, body: Result<Bytes, BytesRejection>) -> Result<Request, Trouble> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    if !kind.eq_ignore_ascii_case("application/json") {
        return Err(malformed("the content type of a query is application/json"));
    }
    let body = body.map_err(|refused| unread(&refused))?;
    let asked: Asked =
        serde_json::from_slice(&body).map_err(|cause| malformed(format!("the body is no query: {cause}")))?;
    let query = asked.query.filter(|query| !query.trim().is_empty());
    let query = query.ok_or_else(|| malformed("the body has no `query`"))?;
    if !matches!(asked.variables, Value::Null | Value::Object(_)) {
        return Err(malformed("`variables` is no object"));
    }
    let request = Request::new(query).variables(Variables::from_json(asked.variables));
    Ok(match asked.operation_name {
        Some(name) => request.operation_name(name),
        None => request,
    })
}

fn malformed(message: impl Into<String>) -> Trouble {
    Trouble::new(StatusCode::BAD_REQUEST, "invalid_input", message)
}

/// The body was cut off: by the door, which tells so in its own words, or by the client.
fn unread(refused: &BytesRejection) -> Trouble {
    match refused.status() {
        StatusCode::PAYLOAD_TOO_LARGE => {
            Trouble::new(StatusCode::PAYLOAD_TOO_LARGE, "invalid_input", "The request is too large")
        }
        _ => malformed("the body did not come whole"),
    }
}
