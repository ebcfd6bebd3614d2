//! `POST /v3/graphql`.

use std::sync::Arc;

use async_graphql::{Request, Response as Answered, ServerError, Variables};
use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRef, FromRequest, FromRequestParts, Request as Incoming, State};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use http_body_util::Limited;
use serde::Deserialize;
use serde_json::Value;

use super::room::{House, Room};
use super::visit::Visit;
use super::{Api, envelope, measure};
use crate::caller::Caller;
use crate::door::{ClientAddress, RequestId};
use crate::site::Site;
use crate::trouble::Trouble;

/// Where queries are answered.
#[derive(Clone)]
pub(super) struct Desk {
    pub(super) site: Arc<Site>,
    pub(super) api: Api,
    pub(super) house: House,
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
        Ok(Self { site: desk.site.clone(), actor, request, from, room: Room::of(&desk.house) })
    }
}

/// Letters of a query's text at most. What is large belongs into its variables.
const LONGEST: usize = 64 * 1024;

/// Bytes of a request whose sender is not known.
const UNKNOWN: usize = 64 * 1024;

/// Answers a query.
pub(super) async fn answer(State(desk): State<Desk>, visit: Visit, incoming: Incoming) -> Response {
    let (kind, id) = (kind(&incoming), visit.request.as_str().to_owned());
    // A session or key is looked at before the body is: nobody knows yet what a stranger wants.
    let stranger = visit.actor.is_err();
    let incoming = incoming.map(|body| if stranger { Body::new(Limited::new(body, UNKNOWN)) } else { body });
    let body = Bytes::from_request(incoming, &()).await;
    // Reading takes long enough for a large query to keep others waiting.
    let asked = visit.room.wait(move || read(&kind, body)).await;
    match asked.unwrap_or_else(|| Err(Unread::Trouble(Trouble::internal(&id)))) {
        Err(Unread::Trouble(trouble)) => trouble.into_response(),
        Err(Unread::Query(error)) => told(Answered::from_errors(vec![error]), &desk),
        Ok(asked) => told(desk.api.execute(asked.data(visit)).await, &desk),
    }
}

fn told(answered: Answered, desk: &Desk) -> Response {
    let (status, body) = envelope::of(answered, desk.site.clock.now());
    (status, Json(body)).into_response()
}

fn kind(incoming: &Incoming) -> String {
    let kind = incoming.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    kind.unwrap_or_default().split(';').next().unwrap_or_default().trim().to_owned()
}

/// Why a request cannot be answered.
enum Unread {
    /// It is no query.
    Trouble(Trouble),
    /// Its query cannot be read, or is too large.
    Query(ServerError),
}

impl From<Trouble> for Unread {
    fn from(trouble: Trouble) -> Self {
        Self::Trouble(trouble)
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

fn read(kind: &str, body: Result<Bytes, BytesRejection>) -> Result<Request, Unread> {
    if !kind.eq_ignore_ascii_case("application/json") {
        return Err(malformed("the content type of a query is application/json").into());
    }
    let body = body.map_err(|refused| unread(&refused))?;
    let asked: Asked =
        serde_json::from_slice(&body).map_err(|cause| malformed(format!("the body is no query: {cause}")))?;
    let query = asked.query.filter(|query| !query.trim().is_empty());
    let query = query.ok_or_else(|| malformed("the body has no `query`"))?;
    if query.len() > LONGEST {
        return Err(malformed(format!("`query` is longer than {LONGEST} bytes; use variables")).into());
    }
    if !matches!(asked.variables, Value::Null | Value::Object(_)) {
        return Err(malformed("`variables` is no object").into());
    }
    let document = measure::read(&query).map_err(Unread::Query)?;
    let mut request = Request::new(query).variables(Variables::from_json(asked.variables));
    request.set_parsed_query(document);
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
