//! The OCI distribution protocol: one file for each kind of endpoint.

mod answer;
mod blobs;
mod body;
mod catalog;
mod challenge;
mod manifests;
mod mount;
mod page;
mod pull;
mod range;
mod receive;
mod referrers;
mod route;
mod tags;
mod uploads;

use std::sync::Arc;

use assay_core::Actor;
use assay_core::registry::{RepositoryAction, RepositoryName};
use axum::Router;
use axum::body::Body;
use axum::extract::{FromRequestParts, Path, Query, State};
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, Method, Request, Response, StatusCode};
use axum::routing::any;

pub use range::{ByteRange, ContentRange};
pub use route::{Route, RouteError};

use crate::registry::Registry;
use answer::{API_VERSION, Trouble, json};

/// The protocol's routes, all below `/v2`; to be merged, not nested. Bodies are bounded and timed here, so no layer
/// outside should do it.
pub fn router(registry: Arc<Registry>) -> Router {
    Router::new()
        .route("/v2", any(base))
        .route("/v2/", any(base))
        .route("/v2/{*path}", any(serve))
        .with_state(registry)
}

/// A request, taken apart.
struct Ask {
    registry: Arc<Registry>,
    parts: Parts,
    query: Vec<(String, String)>,
}

impl Ask {
    /// The value of a header, when it is text.
    fn header(&self, name: &HeaderName) -> Option<&str> {
        self.parts.headers.get(name)?.to_str().ok()
    }

    /// The first value of a query parameter.
    fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters(name).next()
    }

    fn parameters(&self, name: &str) -> impl Iterator<Item = &str> {
        self.query.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    fn token(&self) -> Option<&str> {
        let (scheme, token) = self.header(&AUTHORIZATION)?.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
    }

    /// Lets the request in or not.
    fn admit(&self, name: &RepositoryName, action: RepositoryAction) -> Result<Actor, Trouble> {
        self.registry.parts.gate.admit(self.token(), name, action).map_err(|denied| {
            let scope = challenge::scope(name, action);
            Trouble::denied(denied, Some(name), &challenge::challenge(self, &scope))
        })
    }

    /// Does something that waits for the disk.
    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Registry) -> Result<T, Trouble> + Send + 'static,
    ) -> Result<T, Trouble> {
        let registry = Arc::clone(&self.registry);
        tokio::task::spawn_blocking(move || work(&registry)).await?
    }
}

type Answer = Result<Response<Body>, Trouble>;

async fn base(State(registry): State<Arc<Registry>>, request: Request<Body>) -> Response<Body> {
    let (parts, _) = request.into_parts();
    let ask = Ask { registry, parts, query: Vec::new() };
    let answer = ask
        .registry
        .parts
        .gate
        .authenticate(ask.token())
        .map_err(|denied| Trouble::denied(denied, None, &challenge::challenge(&ask, "")));
    finish(&ask.parts.method, answer.map(|_| json(StatusCode::OK, &serde_json::json!({}))))
}

async fn serve(State(registry): State<Arc<Registry>>, request: Request<Body>) -> Response<Body> {
    let (mut parts, body) = request.into_parts();
    let method = parts.method.clone();
    let path = Path::<String>::from_request_parts(&mut parts, &()).await;
    let route = path.map_err(|_| RouteError::Nothing).and_then(|Path(path)| Route::read(&path));
    let Ok(Query(query)) = Query::<Vec<(String, String)>>::from_request_parts(&mut parts, &()).await else {
        let trouble = Trouble::new(StatusCode::BAD_REQUEST, "UNSUPPORTED", "the query cannot be read");
        return finish(&method, Err(trouble));
    };
    let ask = Ask { registry, parts, query };
    let answer = match route {
        Ok(route) => dispatch(ask, route, body).await,
        Err(error) => Err(misrouted(&error, &method)),
    };
    finish(&method, answer)
}

async fn dispatch(ask: Ask, route: Route, body: Body) -> Answer {
    match (ask.parts.method.clone(), route) {
        (Method::GET, Route::Catalog) => catalog::list(&ask).await,
        (Method::GET, Route::Tags(name)) => tags::list(&ask, name).await,
        (Method::GET | Method::HEAD, Route::Manifest(name, reference)) => {
            manifests::pull(&ask, name, reference).await
        }
        (Method::PUT, Route::Manifest(name, reference)) => manifests::push(&ask, name, reference, body).await,
        (Method::DELETE, Route::Manifest(name, reference)) => manifests::delete(&ask, name, reference).await,
        (Method::GET | Method::HEAD, Route::Blob(name, digest)) => blobs::pull(&ask, name, digest).await,
        (Method::DELETE, Route::Blob(name, digest)) => blobs::delete(&ask, name, digest).await,
        (Method::GET, Route::Referrers(name, digest)) => referrers::list(&ask, name, digest).await,
        (Method::POST, Route::Uploads(name)) => uploads::begin(&ask, name, body).await,
        (Method::GET, Route::Upload(name, id)) => uploads::status(&ask, name, id).await,
        (Method::PATCH, Route::Upload(name, id)) => uploads::append(&ask, name, id, body).await,
        (Method::PUT, Route::Upload(name, id)) => uploads::finish(&ask, name, id, body).await,
        (Method::DELETE, Route::Upload(name, id)) => uploads::cancel(&ask, name, id).await,
        (method, _) => Err(Trouble::unsupported(format!("{method} is not done here"))),
    }
}

fn misrouted(error: &RouteError, method: &Method) -> Trouble {
    let message = error.to_string();
    match error {
        RouteError::Nothing => Trouble::new(StatusCode::NOT_FOUND, "UNSUPPORTED", message),
        RouteError::Name(_) => Trouble::new(StatusCode::BAD_REQUEST, "NAME_INVALID", message),
        RouteError::Digest(_) => Trouble::digest_invalid(message),
        RouteError::Tag(_) if method == Method::PUT => {
            Trouble::new(StatusCode::BAD_REQUEST, "MANIFEST_INVALID", message)
        }
        RouteError::Tag(_) => Trouble::manifest_unknown(),
        RouteError::Upload => Trouble::upload_unknown(),
    }
}

/// What every answer has in common. Nothing with a body is sent to `HEAD`.
fn finish(method: &Method, answer: Answer) -> Response<Body> {
    let mut answer = answer.unwrap_or_else(Trouble::answer);
    answer.headers_mut().insert(API_VERSION, HeaderValue::from_static("registry/2.0"));
    if method == Method::HEAD {
        *answer.body_mut() = Body::empty();
    }
    answer
}
