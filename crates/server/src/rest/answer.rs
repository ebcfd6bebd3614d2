//! Asking a use case from a handler.

use std::sync::Arc;

use assay_app::{Refused, Service};
use assay_core::{BuildId, EngineId};
use serde_json::Value;

use crate::door::RequestId;
use crate::site::Site;
use crate::trouble::Trouble;

/// Has a use case done on a thread that may wait.
pub(super) async fn ask<T: Send + 'static>(
    site: &Arc<Site>,
    id: &RequestId,
    use_case: impl FnOnce(&Service) -> Result<T, Refused> + Send + 'static,
) -> Result<T, Trouble> {
    let service = site.service.clone();
    let span = tracing::Span::current();
    let doing = tokio::task::spawn_blocking(move || span.in_scope(|| use_case(&service)));
    match doing.await {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(refused)) => Err(Trouble::of(&refused, id.as_str())),
        Err(_) => Err(Trouble::internal(id.as_str())),
    }
}

/// A build's id as it stands in a path. What is none names nothing.
pub(super) fn build(text: &str) -> Result<BuildId, Trouble> {
    let build = text.parse().map(BuildId).map_err(|_| Trouble::not_found())?;
    tracing::Span::current().record("build", text);
    Ok(build)
}

/// The same for an engine's.
pub(super) fn engine(text: &str) -> Result<EngineId, Trouble> {
    text.parse().map(EngineId).map_err(|_| Trouble::not_found())
}

/// JSON for people and programs, ending in a line feed.
pub(super) fn text(value: &Value) -> String {
    format!("{value:#}\n")
}
