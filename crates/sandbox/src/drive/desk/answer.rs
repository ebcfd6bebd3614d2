//! From an HTTP request to its response.

use std::sync::Arc;

use http_body_util::{BodyExt, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap};
use hyper::{Method, Request, Response, StatusCode};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{Shared, graphql, multipart};

/// Largest JSON request (api.md §1, "Limits").
pub(super) const JSON_LIMIT: usize = 10 << 20;
/// Most objects of a JSON request: one takes up to 600 bytes once it is read.
const OBJECTS: usize = 200_000;
/// Largest file (api.md §1, "Limits").
pub(super) const FILE_LIMIT: u64 = 100 << 20;

/// A response whose body is in memory already.
pub(super) type Answer = Response<Full<Bytes>>;

/// A GraphQL request, and the file that came with it.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Operation {
    /// The GraphQL document.
    pub(super) query: String,
    /// Variables; null when there are none.
    pub(super) variables: Option<Map<String, Value>>,
    /// Which operation of the document.
    pub(super) operation_name: Option<String>,
    /// Name of the uploaded file in the evidence folder.
    #[serde(skip)]
    pub(super) file: Option<String>,
}

/// Why a request cannot be served, as an HTTP status and a sentence.
pub(super) type Refusal = (StatusCode, String);

/// Answers `request`.
pub(super) async fn answer(shared: &Arc<Shared>, request: Request<Incoming>) -> Answer {
    let what = format!("{} {}", request.method(), request.uri().path());
    let path = request.uri().path().trim_end_matches('/').to_owned();
    let served = match (request.method(), path.as_str()) {
        (&Method::POST, "" | "/graphql" | "/v3/graphql" | "/v1/graphql") => api(shared, request).await,
        (&Method::GET | &Method::HEAD, path) => media(shared, path),
        (&Method::PUT, path) if path.starts_with("/upload/") => put(shared, request).await,
        _ => Err((StatusCode::NOT_FOUND, "no such path".into())),
    };
    served.unwrap_or_else(|(status, why)| {
        shared.story.not_understood(&format!("{what}: {why}"));
        reply(status, &json!({ "errors": [{ "message": why, "name": error_name(status) }] }))
    })
}

async fn api(shared: &Arc<Shared>, request: Request<Incoming>) -> Result<Answer, Refusal> {
    if !authorised(shared, request.headers()) {
        return Err((StatusCode::UNAUTHORIZED, "the request does not carry the task's token".into()));
    }
    let operation = operation(shared, request).await?;
    let result = graphql::execute(shared, &operation)?;
    Ok(reply(StatusCode::OK, &result))
}

fn authorised(shared: &Shared, headers: &HeaderMap) -> bool {
    let given = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    given
        .split_once(' ')
        .is_some_and(|(scheme, token)| scheme.eq_ignore_ascii_case("bearer") && token.trim() == shared.token)
}

async fn operation(shared: &Arc<Shared>, request: Request<Incoming>) -> Result<Operation, Refusal> {
    let content_type = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let content_type = content_type.unwrap_or_default().to_owned();
    if content_type.to_ascii_lowercase().starts_with("multipart/form-data") {
        return multipart::read(shared, &content_type, request.into_body()).await;
    }
    let bytes = Limited::new(request.into_body(), JSON_LIMIT).collect().await;
    let too_large = |what: &str| (StatusCode::PAYLOAD_TOO_LARGE, what.to_owned());
    let bytes = bytes.map_err(|_| too_large("the body is larger than 10 MB"))?.to_bytes();
    if bytes.iter().filter(|byte| **byte == b'{').count() > OBJECTS {
        return Err(too_large("the body holds more than 200,000 objects; send large results as a file"));
    }
    serde_json::from_slice(&bytes)
        .map_err(|error| (StatusCode::BAD_REQUEST, format!("the body is not a GraphQL request: {error}")))
}

fn media(shared: &Shared, path: &str) -> Result<Answer, Refusal> {
    let index = path.strip_prefix("/media/").and_then(|index| index.parse::<usize>().ok());
    let exercise = index.and_then(|index| shared.media.get(index));
    let exercise = exercise.ok_or_else(|| (StatusCode::NOT_FOUND, "no such path".to_owned()))?;
    let mut response = Response::new(Full::new(Bytes::from_owner(Arc::clone(&exercise.input))));
    if let Ok(value) = exercise.mime.parse() {
        response.headers_mut().insert(CONTENT_TYPE, value);
    }
    Ok(response)
}

/// The upload to an address given out by `getSignedWritableUrl`.
async fn put(shared: &Shared, request: Request<Incoming>) -> Result<Answer, Refusal> {
    let path = request.uri().path().to_owned();
    let name = path.trim_start_matches("/upload/").to_owned();
    let mut file =
        shared.story.granted_file(&name).ok_or((StatusCode::FORBIDDEN, "no such grant".to_owned()))?;
    let mut body = Limited::new(request.into_body(), FILE_LIMIT as usize);
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| (StatusCode::PAYLOAD_TOO_LARGE, "broken or too large".to_owned()))?;
        if let Some(bytes) = frame.data_ref() {
            file.append(bytes).map_err(storage)?;
        }
    }
    Ok(reply(StatusCode::OK, &Value::Null))
}

/// Our own disk failed.
pub(super) fn storage(error: std::io::Error) -> Refusal {
    (StatusCode::INTERNAL_SERVER_ERROR, format!("the endpoint could not store it: {error}"))
}

fn error_name(status: StatusCode) -> &'static str {
    match status {
        StatusCode::UNAUTHORIZED => "authentication_error",
        StatusCode::NOT_FOUND => "not_found",
        StatusCode::FORBIDDEN => "not_allowed",
        StatusCode::INTERNAL_SERVER_ERROR => "internal_error",
        _ => "invalid_input",
    }
}

fn reply(status: StatusCode, body: &Value) -> Answer {
    let mut response = Response::new(Full::new(Bytes::from(body.to_string())));
    *response.status_mut() = status;
    let json = hyper::header::HeaderValue::from_static("application/json");
    response.headers_mut().insert(CONTENT_TYPE, json);
    response
}
