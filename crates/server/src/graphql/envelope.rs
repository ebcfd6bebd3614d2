//! The answer as clients of the field read it (api.md §1): what failed is null, and each failure stands in `errors[]` with
//! a name, a time and data.

use async_graphql::{PathSegment, Response, ServerError, Value as Answer};
use axum::http::StatusCode;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::scalar::written;
use crate::trouble::Trouble;

/// Status and body. A query that could not be understood at all is a bad request without data.
pub(super) fn of(response: Response, now: Timestamp) -> (StatusCode, Value) {
    let Response { data, errors, .. } = response;
    let ununderstood =
        data == Answer::Null && !errors.is_empty() && errors.iter().all(|error| error.path.is_empty());
    let mut body = Map::new();
    if !ununderstood {
        body.insert("data".into(), data.into_json().unwrap_or_default());
    }
    if !errors.is_empty() {
        body.insert("errors".into(), errors.iter().map(|error| entry(error, now)).collect());
    }
    let status = if ununderstood { StatusCode::BAD_REQUEST } else { StatusCode::OK };
    (status, body.into())
}

fn entry(error: &ServerError, now: Timestamp) -> Value {
    let told = match error.source::<Trouble>() {
        Some(trouble) => trouble.entry(),
        // The library's own words: the query, an argument or a variable is not as the schema has it.
        None => json!({ "message": error.message, "name": "invalid_input", "data": {} }),
    };
    let Value::Object(mut entry) = told else { return told };
    entry.insert("time_thrown".into(), written(now).into());
    entry.insert("path".into(), error.path.iter().map(segment).collect());
    let places = error.locations.iter().map(|place| json!({ "line": place.line, "column": place.column }));
    entry.insert("locations".into(), places.collect());
    entry.into()
}

fn segment(segment: &PathSegment) -> Value {
    match segment {
        PathSegment::Field(name) => name.as_str().into(),
        PathSegment::Index(index) => (*index).into(),
    }
}
