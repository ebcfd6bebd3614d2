//! How trouble is told over HTTP: one envelope for REST and GraphQL (api.md §1).

use assay_core::{Fault, Refused, Rejection};
use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

/// What is answered instead of what was asked for.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Trouble {
    /// Status of the whole answer, where the trouble is all of it.
    pub(crate) status: StatusCode,
    /// Name of the error, of the public API's list.
    pub(crate) name: &'static str,
    /// One sentence.
    pub(crate) message: String,
    /// More for machines.
    pub(crate) data: Map<String, Value>,
    /// Seconds after which asking again makes sense.
    pub(crate) retry_after: Option<u64>,
}

impl Trouble {
    /// Trouble under a name of the public API.
    pub(crate) fn new(status: StatusCode, name: &'static str, message: impl Into<String>) -> Self {
        Self { status, name, message: message.into(), data: Map::new(), retry_after: None }
    }

    /// There is no such path, or nothing there that the caller may see.
    pub(crate) fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", "The requested object was not found")
    }

    /// Adds a word for machines.
    #[must_use]
    pub(crate) fn with(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.data.insert(key.into(), value.into());
        self
    }

    /// Says when asking again makes sense.
    #[must_use]
    pub(crate) fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after = Some(seconds.max(1));
        self
    }

    /// A use case's refusal. A fault is logged under the id that the caller is told, and told without its cause.
    pub(crate) fn of(refused: &Refused, error_id: &str) -> Self {
        match refused {
            Refused::Rejection(rejection) => Self::rejected(rejection),
            Refused::Fault(fault) => Self::broken(fault, error_id),
        }
    }

    fn rejected(rejection: &Rejection) -> Self {
        let (status, name) = match rejection.code {
            "not-found" => (StatusCode::NOT_FOUND, "not_found"),
            "not-allowed" => (StatusCode::FORBIDDEN, "not_allowed"),
            "not-authenticated" => (StatusCode::UNAUTHORIZED, "authentication_error"),
            "rate-limited" | "too-many-attempts" => (StatusCode::TOO_MANY_REQUESTS, "rate_limited"),
            "too-large" => (StatusCode::PAYLOAD_TOO_LARGE, "invalid_input"),
            "quota-exceeded" => (StatusCode::FORBIDDEN, "capacity_exceeded"),
            _ => (StatusCode::BAD_REQUEST, "invalid_input"),
        };
        let mut trouble = Self::new(status, name, rejection.message.clone());
        trouble.data = rejection.data.as_object().cloned().unwrap_or_default();
        trouble.retry_after = rejection.data.get("retryAfter").and_then(Value::as_u64);
        trouble = trouble.with("code", rejection.code);
        match &rejection.hint {
            Some(hint) => trouble.with("hint", hint.clone()),
            None => trouble,
        }
    }

    fn broken(fault: &Fault, error_id: &str) -> Self {
        tracing::error!(error_id, kind = fault.kind, doing = fault.doing, cause = fault.cause, "fault");
        if fault.retryable {
            let message = "The service cannot do this at the moment; try again";
            return Self::new(StatusCode::SERVICE_UNAVAILABLE, "service_unavailable", message)
                .with("errorId", error_id)
                .retry_after(1);
        }
        Self::internal(error_id)
    }

    /// Something of ours broke, which the log tells under this id.
    pub(crate) fn internal(error_id: &str) -> Self {
        let message = "Something broke in the service; its log tells more under the errorId";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal_error", message).with("errorId", error_id)
    }

    /// The error as an entry of `errors[]`.
    pub(crate) fn entry(&self) -> Value {
        json!({ "message": self.message, "name": self.name, "data": self.data })
    }
}

impl IntoResponse for Trouble {
    fn into_response(self) -> Response {
        let body = Json(json!({ "errors": [self.entry()] }));
        let mut response = (self.status, body).into_response();
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_keeps_its_cause_to_itself() {
        let told = Trouble::of(&Fault::new("store", "reading", "secret path").into(), "e1");
        assert_eq!((told.status.as_u16(), told.name), (500, "internal_error"));
        assert!(!told.entry().to_string().contains("secret") && told.entry().to_string().contains("e1"));
        let busy = Trouble::of(&Fault::new("store", "reading", "locked").retryable().into(), "e2");
        assert_eq!((busy.status.as_u16(), busy.retry_after), (503, Some(1)));
    }

    #[test]
    fn a_rejection_keeps_its_code_and_hint() {
        let refused = Rejection::new("slug-taken", "taken").hint("take another");
        let told = Trouble::of(&refused.into(), "e").entry();
        assert_eq!(told["name"], "invalid_input");
        assert_eq!(told["data"], json!({ "code": "slug-taken", "hint": "take another" }));
    }
}
