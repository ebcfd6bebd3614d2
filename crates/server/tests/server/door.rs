//! What every request passes, with rooms made for the test: one that panics, one that waits, one that reads.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use assay_app::Service;
use assay_app::account::{Cost, Reception};
use assay_core::{ManualClock, SequentialIds};
use assay_server::metrics::Standing;
use assay_server::{Allowance, Health, Options, Probe, Rate, Site, router};
use assay_store::Database;
use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, Request};
use axum::routing::{get, post};
use http_body_util::BodyExt;
use serde_json::Value;
use tower::ServiceExt;

struct Door {
    router: Router,
    site: Arc<Site>,
    clock: Arc<ManualClock>,
    _folder: tempfile::TempDir,
}

struct Answer {
    status: u16,
    headers: HeaderMap,
    body: Value,
}

fn options() -> Options {
    Options {
        trusted_proxies: Vec::new(),
        encrypted: true,
        request_timeout: Duration::from_secs(60),
        body_timeout: Duration::from_secs(60),
        requests_at_once: 8,
        per_address: None,
        sign_in: None,
        metrics_token: None,
        metrics_elsewhere: false,
    }
}

impl Door {
    fn with(options: Options, probes: Vec<Probe>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(ManualClock::at("2026-11-01T08:00:00Z".parse().unwrap()));
        let service = Service {
            ledger: Arc::new(Database::open(&folder.path().join("records.db")).unwrap()),
            clock: clock.clone(),
            ids: Arc::new(SequentialIds::default()),
        };
        let reception = Arc::new(Reception::open(&service, Cost::LEAST).unwrap());
        let actors = Arc::new(Allowance::new(None, clock.clone()));
        let standing = Box::new(Standing::default);
        let site = Arc::new(Site::new(service, reception, actors, options, Health::by(probes), standing));
        // Under paths of the table, whose limits they are held to.
        let rooms = Router::new()
            .route("/v3/pushes/panic", get(|| async { panics() }))
            .route("/v3/pushes/waits", get(std::future::pending::<()>))
            .route("/token", post(|body: Bytes| async move { body.len().to_string() }));
        Self { router: router(&site, [rooms]), site, clock, _folder: folder }
    }

    async fn ask(&self, method: &str, path: &str, body: impl Into<Body>) -> Answer {
        let request = Request::builder().method(method).uri(path).body(body.into()).unwrap();
        let answer = self.router.clone().oneshot(request).await.unwrap();
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let bytes = answer.into_body().collect().await.unwrap().to_bytes();
        Answer { status, headers, body: serde_json::from_slice(&bytes).unwrap_or(Value::Null) }
    }
}

fn panics() {
    panic!("as it was asked to");
}

#[tokio::test]
async fn a_panic_is_an_answer_with_the_id_under_which_the_log_tells_it() {
    let door = Door::with(options(), Vec::new());
    let answer = door.ask("GET", "/v3/pushes/panic", Body::empty()).await;
    let error = &answer.body["errors"][0];
    assert_eq!((answer.status, &error["name"]), (500, &"internal_error".into()));
    let id = answer.headers["x-request-id"].to_str().unwrap();
    assert_eq!(error["data"]["errorId"], id);
    assert!(!answer.body.to_string().contains("as it was asked to"));
    assert_eq!(door.ask("GET", "/healthz", Body::empty()).await.status, 200, "and the service goes on");
}

#[tokio::test]
async fn what_takes_too_long_is_ended() {
    let door = Door::with(Options { request_timeout: Duration::ZERO, ..options() }, Vec::new());
    let answer = door.ask("GET", "/v3/pushes/waits", Body::empty()).await;
    assert_eq!((answer.status, &answer.body["errors"][0]["name"]), (503, &"service_unavailable".into()));
    assert!(answer.headers.contains_key("retry-after"));
}

#[tokio::test]
async fn a_body_that_grows_beyond_its_limit_is_cut_off_although_it_named_no_length() {
    let door = Door::with(options(), Vec::new());
    let piece = Bytes::from(vec![0u8; 40_000]);
    let pieces = |count: usize| {
        let pieces = vec![piece.clone(); count].into_iter().map(Ok::<_, std::io::Error>);
        Body::from_stream(futures_util::stream::iter(pieces))
    };
    assert_eq!(door.ask("POST", "/token", pieces(1)).await.status, 200);
    assert_eq!(door.ask("POST", "/token", pieces(2)).await.status, 413);
}

#[tokio::test]
async fn a_full_house_asks_to_come_back() {
    let door = Door::with(Options { requests_at_once: 1, ..options() }, Vec::new());
    let waiting = door.ask("GET", "/v3/pushes/waits", Body::empty());
    tokio::select! {
        biased;
        _ = waiting => panic!("it waits for ever"),
        answer = door.ask("GET", "/v3/pushes/panic", Body::empty()) => {
            assert_eq!((answer.status, &answer.body["errors"][0]["name"]), (503, &"capacity_exceeded".into()));
            assert_eq!(answer.headers["retry-after"], "1");
            assert_eq!(door.ask("GET", "/healthz", Body::empty()).await.status, 200, "a full house is alive");
        }
    }
}

#[tokio::test]
async fn an_allowance_fills_again_with_time() {
    let one = NonZeroU32::MIN;
    let rate = Some(Rate { per_second: one, burst: one });
    let door = Door::with(Options { per_address: rate, ..options() }, Vec::new());
    assert_eq!(door.ask("GET", "/nowhere", Body::empty()).await.status, 404);
    assert_eq!(door.ask("GET", "/nowhere", Body::empty()).await.status, 429);
    door.clock.advance(Duration::from_secs(1));
    assert_eq!(door.ask("GET", "/nowhere", Body::empty()).await.status, 404);
}

#[tokio::test]
async fn readiness_names_what_is_wrong_and_is_looked_at_anew_only_after_a_while() {
    let sick = Arc::new(AtomicBool::new(true));
    let seen = sick.clone();
    let look = move || if seen.load(Ordering::Relaxed) { Err("it hurts".to_owned()) } else { Ok(()) };
    let fine = Probe { name: "disk", look: Box::new(|| Ok(())) };
    let door = Door::with(options(), vec![Probe { name: "database", look: Box::new(look) }, fine]);
    let ready = async || door.ask("GET", "/readyz", Body::empty()).await;
    let answer = ready().await;
    assert_eq!(answer.status, 503);
    assert_eq!(answer.body["parts"][0]["trouble"], "it hurts");
    assert_eq!(answer.body["parts"][1], serde_json::json!({ "name": "disk", "ready": true }));
    sick.store(false, Ordering::Relaxed);
    assert_eq!(ready().await.status, 503);
    door.clock.advance(Duration::from_secs(2));
    assert_eq!(ready().await.status, 200);
    door.site.stop();
    assert_eq!(ready().await.body["stopping"], true);
}

#[tokio::test]
async fn over_tls_browsers_are_told_to_stay_there() {
    let door = Door::with(options(), Vec::new());
    let answer = door.ask("GET", "/healthz", Body::empty()).await;
    assert_eq!(answer.headers["strict-transport-security"], "max-age=31536000");
}
