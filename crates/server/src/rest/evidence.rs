//! `GET /v3/builds/{build}/evidence`: what certifications of a build left behind: reports, logs, packets, outputs.

use std::path::PathBuf;

use assay_app::build;
use assay_core::{Actor, Fault};
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::{Desk, answer, file};
use crate::caller::Caller;
use crate::door::RequestId;
use crate::trouble::Trouble;

/// Files listed at most.
const MOST: usize = 10_000;

/// Names and sizes of the files, those of each attempt in a folder of its own.
pub(super) async fn list(
    State(desk): State<Desk>,
    Caller(actor): Caller,
    id: RequestId,
    Path(build): Path<String>,
) -> Result<Response, Trouble> {
    let folder = folder(&desk, actor, &id, &build).await?;
    let files = answer::ask(&desk.site, &id, move |_| {
        file::list_below(&folder, MOST).map_err(|cause| Fault::io("listing evidence", cause).into())
    });
    let files: Vec<_> =
        files.await?.into_iter().map(|(name, bytes)| json!({ "file": name, "bytes": bytes })).collect();
    let text = answer::text(&json!({ "files": files }));
    Ok(([(header::CONTENT_TYPE, "application/json")], text).into_response())
}

/// One file. Its content comes from an engine, so that no browser may take it for a page.
pub(super) async fn file(
    State(desk): State<Desk>,
    Caller(actor): Caller,
    id: RequestId,
    Path((build, name)): Path<(String, String)>,
) -> Result<Response, Trouble> {
    let folder = folder(&desk, actor, &id, &build).await?;
    let wanted = name.clone();
    let opened = answer::ask(&desk.site, &id, move |_| {
        file::open_below(&folder, &wanted).map_err(|cause| Fault::io("opening evidence", cause).into())
    });
    let (opened, size) = opened.await?.ok_or_else(Trouble::not_found)?;
    let headers = [
        (header::CONTENT_TYPE, media_type(&name).to_owned()),
        (header::CONTENT_LENGTH, size.to_string()),
        (header::CONTENT_DISPOSITION, "attachment".to_owned()),
    ];
    Ok((headers, file::body(opened)).into_response())
}

/// The folder of a build's evidence, for whoever may read the build.
async fn folder(desk: &Desk, actor: Actor, id: &RequestId, build: &str) -> Result<PathBuf, Trouble> {
    let build = answer::build(build)?;
    answer::ask(&desk.site, id, move |service| build::get(service, &actor, build)).await?;
    Ok(desk.shelves.evidence.join(build.to_string()))
}

fn media_type(name: &str) -> &'static str {
    match name.rsplit('.').next() {
        Some("json" | "sarif") => "application/json",
        Some("xml") => "application/xml",
        Some("txt" | "log") => "text/plain; charset=utf-8",
        Some("pcap") => "application/vnd.tcpdump.pcap",
        _ => "application/octet-stream",
    }
}
