//! All ways in, put together.

use std::sync::Arc;

use axum::Router;
use axum::http::StatusCode;
use axum::middleware::from_fn_with_state;
use axum::response::IntoResponse;
use axum::routing::get;

use crate::site::Site;
use crate::trouble::Trouble;
use crate::{door, health, metrics};

/// Everything the service offers; `rooms` bring their routes with the paths that [`ROUTES`](crate::routes::ROUTES)
/// gives them.
pub fn router(site: &Arc<Site>, rooms: impl IntoIterator<Item = Router>) -> Router {
    let own = Router::new()
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .route("/metrics", get(metrics::page))
        .with_state(site.clone());
    let all = rooms.into_iter().fold(own, Router::merge);
    behind_the_door(site, all)
}

/// The page of metrics and the checks of health alone, for a listener of their own.
pub fn watcher_router(site: &Arc<Site>) -> Router {
    let own = Router::new()
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .route("/metrics", get(metrics::inner_page))
        .with_state(site.clone());
    behind_the_door(site, own)
}

/// The steps every request passes, outermost last.
fn behind_the_door(site: &Arc<Site>, router: Router) -> Router {
    router
        .fallback(|| async { Trouble::not_found() })
        .method_not_allowed_fallback(|| async { wrong_method() })
        .layer(from_fn_with_state(site.clone(), door::hold))
        .layer(from_fn_with_state(site.clone(), door::admit))
        .layer(from_fn_with_state(site.clone(), door::watch))
}

fn wrong_method() -> axum::response::Response {
    let message = "This path does not answer to this method";
    Trouble::new(StatusCode::METHOD_NOT_ALLOWED, "invalid_input", message).into_response()
}
