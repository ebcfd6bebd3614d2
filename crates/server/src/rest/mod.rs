//! Plain downloads and uploads beside the API.

mod answer;
mod archive;
mod evidence;
mod file;
mod push;
mod report;

use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};

use crate::site::Site;

/// Where files lie that are downloaded or uploaded.
#[derive(Clone, Debug)]
pub struct Shelves {
    /// Evidence bundles, by build.
    pub evidence: PathBuf,
    /// Uploaded archives that wait to be read.
    pub archives: PathBuf,
    /// Bytes of an archive at most.
    pub archive_bytes: u64,
    /// Bytes of the disk kept free.
    pub keep_free: u64,
}

/// What the handlers here work with.
#[derive(Clone, Debug)]
struct Desk {
    site: Arc<Site>,
    shelves: Arc<Shelves>,
}

impl axum::extract::FromRef<Desk> for Arc<Site> {
    fn from_ref(desk: &Desk) -> Self {
        desk.site.clone()
    }
}

/// The downloads and uploads.
pub fn router(site: &Arc<Site>, shelves: Shelves) -> Router {
    Router::new()
        .route("/v3/builds/{build}/report.json", get(report::json))
        .route("/v3/builds/{build}/report.sarif", get(report::sarif))
        .route("/v3/builds/{build}/report.junit.xml", get(report::junit))
        .route("/v3/builds/{build}/evidence", get(evidence::list))
        .route("/v3/builds/{build}/evidence/{*file}", get(evidence::file))
        .route("/v3/engines/{engine}/builds", post(archive::upload))
        .route("/v3/pushes/{*push}", get(push::whereabouts))
        .with_state(Desk { site: site.clone(), shelves: Arc::new(shelves) })
}
