//! `GET /v3/builds/{build}/report.*`: the build report, as of now, in three forms.

use assay_app::build_report;
use assay_core::report::{self, Report};
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};

use super::{Desk, answer};
use crate::caller::Caller;
use crate::door::RequestId;
use crate::trouble::Trouble;

/// As JSON (docs/report.schema.json).
pub(super) async fn json(
    State(desk): State<Desk>,
    Caller(actor): Caller,
    id: RequestId,
    Path(build): Path<String>,
) -> Result<Response, Trouble> {
    let report = report_of(&desk, actor, &id, &build).await?;
    let value = serde_json::to_value(&report).map_err(|_| Trouble::internal(id.as_str()))?;
    Ok(attached("report.json", "application/json", answer::text(&value)))
}

/// As SARIF 2.1.0.
pub(super) async fn sarif(
    State(desk): State<Desk>,
    Caller(actor): Caller,
    id: RequestId,
    Path(build): Path<String>,
) -> Result<Response, Trouble> {
    let report = report_of(&desk, actor, &id, &build).await?;
    Ok(attached("report.sarif", "application/sarif+json", answer::text(&report::sarif(&report))))
}

/// As JUnit XML.
pub(super) async fn junit(
    State(desk): State<Desk>,
    Caller(actor): Caller,
    id: RequestId,
    Path(build): Path<String>,
) -> Result<Response, Trouble> {
    let report = report_of(&desk, actor, &id, &build).await?;
    let xml = report::junit(&report).map_err(|_| Trouble::internal(id.as_str()))?;
    Ok(attached("report.junit.xml", "application/xml", xml + "\n"))
}

async fn report_of(
    desk: &Desk,
    actor: assay_core::Actor,
    id: &RequestId,
    build: &str,
) -> Result<Report, Trouble> {
    let build = answer::build(build)?;
    answer::ask(&desk.site, id, move |service| build_report::download(service, &actor, build)).await
}

fn attached(name: &str, media_type: &'static str, text: String) -> Response {
    let disposition = format!("inline; filename=\"{name}\"");
    ([(header::CONTENT_TYPE, media_type.to_owned()), (header::CONTENT_DISPOSITION, disposition)], text)
        .into_response()
}
