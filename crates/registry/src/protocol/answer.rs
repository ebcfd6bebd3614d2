//! Answers, good and bad, as the protocol wants them.

use assay_core::registry::{Denied, RepositoryName};
use assay_core::{Fault, Refused, Rejection};
use axum::body::Body;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderName, HeaderValue, Response, StatusCode};
use serde::Serialize;

pub(crate) const CONTENT_DIGEST: HeaderName = HeaderName::from_static("docker-content-digest");
pub(crate) const API_VERSION: HeaderName = HeaderName::from_static("docker-distribution-api-version");
pub(crate) const UPLOAD_UUID: HeaderName = HeaderName::from_static("docker-upload-uuid");
pub(crate) const OCI_SUBJECT: HeaderName = HeaderName::from_static("oci-subject");
pub(crate) const OCI_TAG: HeaderName = HeaderName::from_static("oci-tag");
pub(crate) const OCI_FILTERS: HeaderName = HeaderName::from_static("oci-filters-applied");

/// How long a client is asked to wait while the disk is full.
const PATIENCE: HeaderValue = HeaderValue::from_static("60");

/// An answer that is no success.
#[derive(Debug)]
pub(crate) struct Trouble {
    pub(crate) status: StatusCode,
    code: &'static str,
    message: String,
    headers: Vec<(HeaderName, HeaderValue)>,
}

#[derive(Serialize)]
struct ErrorBody<'a> {
    errors: [ErrorEntry<'a>; 1],
}

#[derive(Serialize)]
struct ErrorEntry<'a> {
    code: &'a str,
    message: &'a str,
}

impl Trouble {
    pub(crate) fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), headers: Vec::new() }
    }

    pub(crate) fn header(mut self, name: HeaderName, value: impl TryInto<HeaderValue>) -> Self {
        self.headers.extend(value.try_into().ok().map(|value| (name, value)));
        self
    }

    pub(crate) fn name_unknown(name: &RepositoryName) -> Self {
        Self::new(StatusCode::NOT_FOUND, "NAME_UNKNOWN", format!("there is no repository `{name}`"))
    }

    pub(crate) fn blob_unknown() -> Self {
        Self::new(StatusCode::NOT_FOUND, "BLOB_UNKNOWN", "the repository has no such blob")
    }

    pub(crate) fn manifest_unknown() -> Self {
        Self::new(StatusCode::NOT_FOUND, "MANIFEST_UNKNOWN", "the repository has no such manifest")
    }

    pub(crate) fn upload_unknown() -> Self {
        Self::new(StatusCode::NOT_FOUND, "BLOB_UPLOAD_UNKNOWN", "there is no such upload; begin anew")
    }

    pub(crate) fn digest_invalid(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "DIGEST_INVALID", message)
    }

    pub(crate) fn unsupported(message: impl Into<String>) -> Self {
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "UNSUPPORTED", message)
    }

    pub(crate) fn over_quota(quota: u64) -> Self {
        let message = format!("the organization's storage of {quota} bytes is used up");
        Self::new(StatusCode::FORBIDDEN, "DENIED", message)
    }

    pub(crate) fn disk_full() -> Self {
        let message = "the registry's disk is nearly full; try again later";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "UNAVAILABLE", message).header(RETRY_AFTER, PATIENCE)
    }

    /// What the gate says, with the challenge that tells the client which token to get.
    pub(crate) fn denied(denied: Denied, name: Option<&RepositoryName>, challenge: &str) -> Self {
        let login = |error: &str, message: &str| {
            Self::new(StatusCode::UNAUTHORIZED, "UNAUTHORIZED", message)
                .header(WWW_AUTHENTICATE, format!("{challenge}{error}"))
        };
        match denied {
            Denied::Unknown => login("", "log in to do this"),
            Denied::Narrow => login(",error=\"insufficient_scope\"", "the token was not made for this"),
            Denied::Forbidden(why) => Self::new(StatusCode::FORBIDDEN, "DENIED", why),
            Denied::Hidden => match name {
                Some(name) => Self::name_unknown(name),
                None => Self::new(StatusCode::NOT_FOUND, "NAME_UNKNOWN", "there is no such repository"),
            },
            Denied::Throttled(after) => {
                Self::new(StatusCode::TOO_MANY_REQUESTS, "TOOMANYREQUESTS", "too many requests")
                    .header(RETRY_AFTER, after.as_secs().max(1).to_string())
            }
        }
    }

    pub(crate) fn answer(self) -> Response<Body> {
        let body = ErrorBody { errors: [ErrorEntry { code: self.code, message: &self.message }] };
        let mut answer = json(self.status, &body);
        for (name, value) in self.headers {
            answer.headers_mut().insert(name, value);
        }
        answer
    }
}

impl From<Refused> for Trouble {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Rejection(rejection) => rejection.into(),
            Refused::Fault(fault) => fault.into(),
        }
    }
}

impl From<Rejection> for Trouble {
    fn from(rejection: Rejection) -> Self {
        let (status, code) = match rejection.code {
            "manifest-blob-unknown" => (StatusCode::NOT_FOUND, "MANIFEST_BLOB_UNKNOWN"),
            "not-found" => (StatusCode::NOT_FOUND, "NAME_UNKNOWN"),
            "manifest-in-use" => (StatusCode::METHOD_NOT_ALLOWED, "DENIED"),
            "quota-exceeded" => (StatusCode::FORBIDDEN, "DENIED"),
            "not-allowed" => (StatusCode::FORBIDDEN, "DENIED"),
            _ => (StatusCode::BAD_REQUEST, "MANIFEST_INVALID"),
        };
        let hint = rejection.hint.map(|hint| format!("; {hint}")).unwrap_or_default();
        Self::new(status, code, format!("{}{hint}", rejection.message))
    }
}

/// Our own trouble is told in the log, not to the client.
impl From<Fault> for Trouble {
    fn from(fault: Fault) -> Self {
        tracing::error!(kind = fault.kind, doing = fault.doing, cause = fault.cause, "a request failed");
        if fault.kind == "disk-full" {
            return Self::disk_full();
        }
        if fault.retryable {
            let message = "the registry is busy; try again";
            return Self::new(StatusCode::SERVICE_UNAVAILABLE, "UNAVAILABLE", message)
                .header(RETRY_AFTER, HeaderValue::from_static("1"));
        }
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "UNKNOWN", "something is wrong with the registry")
    }
}

impl From<tokio::task::JoinError> for Trouble {
    fn from(cause: tokio::task::JoinError) -> Self {
        Fault::new("registry", "serving a request", cause).into()
    }
}

/// An answer without a body.
pub(crate) fn empty(status: StatusCode) -> Response<Body> {
    let mut answer = Response::new(Body::empty());
    *answer.status_mut() = status;
    answer
}

/// An answer in JSON.
pub(crate) fn json(status: StatusCode, value: &impl Serialize) -> Response<Body> {
    let text = serde_json::to_vec(value).unwrap_or_default();
    let mut answer = empty(status);
    let headers = answer.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(CONTENT_LENGTH, text.len().into());
    *answer.body_mut() = Body::from(text);
    answer
}

/// Sets a header, unless its value cannot be sent.
pub(crate) fn set(answer: &mut Response<Body>, name: HeaderName, value: impl TryInto<HeaderValue>) {
    if let Ok(value) = value.try_into() {
        answer.headers_mut().append(name, value);
    }
}
