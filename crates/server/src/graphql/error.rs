//! From what a use case refuses to what a field answers.

use std::sync::Arc;

use assay_core::{Refused, Rejection};
use async_graphql::Error;
use axum::http::StatusCode;

use crate::trouble::Trouble;

/// Trouble as the error of one field; the envelope finds it there again.
pub(super) fn troubled(trouble: Trouble) -> Error {
    Error { message: trouble.message.clone(), source: Some(Arc::new(trouble)), extensions: None }
}

/// A use case's refusal, told under the request's id.
pub(super) fn refused(refused: impl Into<Refused>, request: &str) -> Error {
    troubled(Trouble::of(&refused.into(), request))
}

/// There is nothing of that id, or nothing the caller may see.
pub(super) fn not_found(kind: &str, id: &str) -> Error {
    let id: String = id.chars().take(100).collect();
    let data = serde_json::json!({ "objectId": id, "objectType": kind });
    refused(Rejection::new("not-found", "The requested object was not found").data(data), "")
}

/// A value of an argument that makes no sense.
pub(super) fn invalid(message: impl Into<String>) -> Error {
    troubled(Trouble::new(StatusCode::BAD_REQUEST, "invalid_input", message))
}

/// Something of the public schema that this server leaves out.
pub(super) fn left_out(what: &str) -> Error {
    troubled(Trouble::new(
        StatusCode::NOT_IMPLEMENTED,
        "not_implemented",
        format!("{what} is not offered here"),
    ))
}
