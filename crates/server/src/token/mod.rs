//! The registry's token service (the protocol of Docker's token authentication): `GET /token` with Basic, and the two
//! OAuth 2 grants of `POST /token`. Nothing of what is shown here is logged.

use std::net::IpAddr;
use std::sync::Arc;

use assay_app::account::{Access, Authorization, Grant, Reception, TokenRequest, Unadmitted};
use assay_core::Refused;
use assay_core::run::AddressBlock;
use axum::extract::rejection::FormRejection;
use axum::extract::{DefaultBodyLimit, FromRequestParts, RawQuery, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Form, Json, Router};
use serde_json::json;

use crate::door::{ClientAddress, RequestId};
use crate::site::Site;
use crate::trouble::Trouble;

#[cfg(test)]
mod tests;

/// Bytes of a query or form at most.
const LONGEST: usize = 16 << 10;

/// The token service's ways in.
pub fn router(site: &Arc<Site>) -> Router {
    let proxies = site.options.trusted_proxies.as_slice().into();
    Desk { reception: site.reception.clone(), proxies }.router()
}

/// Where tokens are handed out.
#[derive(Clone)]
struct Desk {
    reception: Arc<Reception>,
    /// Proxies that are believed about where requests come from.
    proxies: Arc<[AddressBlock]>,
}

impl Desk {
    fn router(self) -> Router {
        Router::new()
            .route("/token", get(by_query).post(by_form))
            .layer(DefaultBodyLimit::max(LONGEST))
            .with_state(self)
    }
}

/// Parameters in the order they came; several may have one name.
#[derive(Default)]
struct Parameters(Vec<(String, String)>);

impl Parameters {
    fn get(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    fn is(&self, name: &str, value: &str) -> bool {
        self.get(name) == Some(value)
    }

    fn access(&self) -> Access {
        Access::read(self.all("scope"))
    }
}

/// Where the request comes from, and its name in the log.
struct Origin {
    address: IpAddr,
    request: RequestId,
}

impl FromRequestParts<Desk> for Origin {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, desk: &Desk) -> Result<Self, Self::Rejection> {
        let client = ClientAddress::of(&parts.extensions, &parts.headers, &desk.proxies);
        let request = RequestId::from_request_parts(parts, desk).await?;
        Ok(Self { address: client.0, request })
    }
}

async fn by_query(
    State(desk): State<Desk>,
    origin: Origin,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let query = query.unwrap_or_default();
    let Some(parameters) = read_query(&query) else { return malformed("the query cannot be read") };
    let shown = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let Some(shown) = shown.and_then(|shown| Authorization::read(shown).ok()) else { return unknown() };
    let request = TokenRequest {
        grant: Grant::Shown(shown),
        access: parameters.access(),
        offline: parameters.is("offline_token", "true"),
    };
    issue(desk, request, origin).await
}

async fn by_form(
    State(desk): State<Desk>,
    origin: Origin,
    form: Result<Form<Vec<(String, String)>>, FormRejection>,
) -> Response {
    let Ok(Form(form)) = form else { return malformed("the body is no form, or too large") };
    let parameters = Parameters(form);
    let Some(grant) = read_grant(&parameters) else {
        return malformed("the grant_type is `password` or `refresh_token`, with what belongs to it");
    };
    let offline = parameters.is("access_type", "offline");
    issue(desk, TokenRequest { grant, access: parameters.access(), offline }, origin).await
}

/// The query's parameters, read as a form is.
fn read_query(query: &str) -> Option<Parameters> {
    let uri = format!("/token?{query}").parse().ok().filter(|_| query.len() <= LONGEST)?;
    let read = axum::extract::Query::<Vec<(String, String)>>::try_from_uri(&uri).ok()?;
    Some(Parameters(read.0))
}

fn read_grant(parameters: &Parameters) -> Option<Grant> {
    match parameters.get("grant_type")? {
        "password" => Some(Grant::Shown(Authorization::Basic {
            user: parameters.get("username")?.into(),
            password: parameters.get("password")?.into(),
        })),
        "refresh_token" => Some(Grant::Refresh(parameters.get("refresh_token")?.into())),
        _ => None,
    }
}

/// Hashing a password takes long, so a thread that may wait does it.
async fn issue(desk: Desk, request: TokenRequest, origin: Origin) -> Response {
    let issued = tokio::task::spawn_blocking(move || desk.reception.issue(request, Some(origin.address)));
    match issued.await {
        Ok(Ok(issued)) => ([(header::CACHE_CONTROL, "no-store")], Json(issued)).into_response(),
        Ok(Err(Unadmitted::Unknown)) => unknown(),
        Ok(Err(Unadmitted::TooMany(wait))) => too_many(wait.as_secs_f64().ceil() as u64),
        Ok(Err(Unadmitted::Broken(refused))) => broken(&refused, origin.request.as_str()),
        Err(_) => told(StatusCode::INTERNAL_SERVER_ERROR, "UNKNOWN", "Something broke in the service"),
    }
}

/// Trouble as the registry's clients read it (OCI distribution specification, "Error Codes").
fn told(status: StatusCode, code: &str, message: &str) -> Response {
    (status, Json(json!({ "errors": [{ "code": code, "message": message }] }))).into_response()
}

fn with(mut response: Response, name: HeaderName, value: impl Into<header::HeaderValue>) -> Response {
    response.headers_mut().insert(name, value.into());
    response
}

fn unknown() -> Response {
    let message = "Nobody is known by that name and password; an API key serves as a password too";
    let challenge = header::HeaderValue::from_static("Basic realm=\"assay\"");
    with(told(StatusCode::UNAUTHORIZED, "UNAUTHORIZED", message), header::WWW_AUTHENTICATE, challenge)
}

fn too_many(seconds: u64) -> Response {
    let message = format!("Too many attempts to log in; try again in {seconds} s");
    with(
        told(StatusCode::TOO_MANY_REQUESTS, "TOOMANYREQUESTS", &message),
        header::RETRY_AFTER,
        seconds.max(1),
    )
}

fn malformed(message: &str) -> Response {
    told(StatusCode::BAD_REQUEST, "UNSUPPORTED", message)
}

/// Logged under the request's name by the house's own rule; told without its cause.
fn broken(refused: &Refused, request: &str) -> Response {
    let trouble = Trouble::of(refused, request);
    let response = told(trouble.status, "UNKNOWN", &trouble.message);
    match trouble.retry_after {
        Some(seconds) => with(response, header::RETRY_AFTER, seconds),
        None => response,
    }
}
