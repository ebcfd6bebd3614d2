//! Whether the service lives, and whether it can take work.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::json;

use crate::site::Site;

/// How long an answer is given again before things are looked at anew: everybody may ask.
const FRESH: Duration = Duration::from_secs(2);

/// One thing that has to be in order.
pub struct Probe {
    /// What it is about: `database`, `disk`, `workers`, `sandbox`.
    pub name: &'static str,
    /// Looks at it. Says what is wrong, in words fit for everybody.
    pub look: Box<dyn Fn() -> Result<(), String> + Send + Sync>,
}

impl fmt::Debug for Probe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Probe").field("name", &self.name).finish_non_exhaustive()
    }
}

/// What a probe found.
#[derive(Clone, Serialize, Debug)]
struct Found {
    name: &'static str,
    ready: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    trouble: Option<String>,
}

/// Every probe, and what they found last.
#[derive(Debug)]
pub struct Health {
    probes: Vec<Probe>,
    last: Mutex<Option<(Duration, Vec<Found>)>>,
}

impl Health {
    /// Health by these probes.
    pub fn by(probes: Vec<Probe>) -> Self {
        Self { probes, last: Mutex::new(None) }
    }

    /// Looks at everything, at most once in a while; those who ask meanwhile wait for the one who looks.
    fn examine(&self, now: Duration) -> Vec<Found> {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((at, found)) = &*last
            && now.saturating_sub(*at) < FRESH
        {
            return found.clone();
        }
        let found: Vec<Found> = self.probes.iter().map(look).collect();
        *last = Some((now, found.clone()));
        found
    }
}

fn look(probe: &Probe) -> Found {
    let trouble = (probe.look)().err();
    Found { name: probe.name, ready: trouble.is_none(), trouble }
}

/// `GET /healthz`: the process lives and answers.
pub(crate) async fn alive() -> Response {
    Json(json!({ "alive": true })).into_response()
}

/// `GET /readyz`: 200 when everything is in order, otherwise 503 naming what is not.
pub(crate) async fn ready(State(site): State<Arc<Site>>) -> Response {
    let looking = tokio::task::spawn_blocking(move || {
        let stopping = site.is_stopping();
        (stopping, site.health.examine(site.clock.elapsed()))
    });
    let Ok((stopping, found)) = looking.await else {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    };
    let ready = !stopping && found.iter().all(|found| found.ready);
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(json!({ "ready": ready, "stopping": stopping, "parts": found }))).into_response()
}
