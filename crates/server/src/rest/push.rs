//! `GET /v3/pushes/{repository}@{digest}`: what became of a push.

use assay_app::push::{self, Whereabouts};
use assay_core::Build;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::{Desk, answer};
use crate::caller::Caller;
use crate::door::RequestId;
use crate::trouble::Trouble;

/// Where it is now: waiting, a build, or nobody's and why.
pub(super) async fn whereabouts(
    State(desk): State<Desk>,
    Caller(actor): Caller,
    id: RequestId,
    Path(push): Path<String>,
) -> Result<Response, Trouble> {
    let (repository, digest) = push.split_once('@').ok_or_else(Trouble::not_found)?;
    let repository = repository.parse().map_err(|_| Trouble::not_found())?;
    let digest = digest.parse().map_err(|_| Trouble::not_found())?;
    let found =
        answer::ask(&desk.site, &id, move |service| push::whereabouts(service, &actor, &repository, &digest));
    let told = told(&found.await?);
    Ok(([(header::CONTENT_TYPE, "application/json")], answer::text(&told)).into_response())
}

fn told(found: &Whereabouts) -> Value {
    match found {
        Whereabouts::Reading => json!({ "state": "reading" }),
        Whereabouts::Builds(builds) => {
            json!({ "state": "built", "builds": builds.iter().map(build).collect::<Vec<_>>() })
        }
        Whereabouts::Unattributed(push) => {
            json!({ "state": "unattributed", "reason": push.reason.name() })
        }
    }
}

fn build(build: &Build) -> Value {
    json!({
        "id": build.id,
        "engineId": build.engine,
        "number": build.number,
        "status": build.status.name(),
        "report": format!("/v3/builds/{}/report.json", build.id),
    })
}
