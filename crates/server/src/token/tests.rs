use assay_app::Service;
use assay_app::account::{Cost, Doorkeeper};
use assay_core::registry::{Gate, RepositoryAction};
use assay_core::{ManualClock, SequentialIds};
use assay_store::Database;
use axum::body::Body;
use axum::http::Request;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http_body_util::BodyExt;
use serde_json::Value;
use tower::ServiceExt;

use super::*;

const PASSWORD: &str = "correct horse&battery=staple";

struct House {
    desk: Desk,
    _folder: tempfile::TempDir,
}

/// What came back.
struct Answer {
    status: u16,
    headers: HeaderMap,
    body: Value,
}

impl House {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let service = Service {
            ledger: Arc::new(Database::open(&folder.path().join("records.db")).unwrap()),
            clock: Arc::new(ManualClock::at("2026-03-01T12:00:00Z".parse().unwrap())),
            ids: Arc::new(SequentialIds::default()),
        };
        let reception = Arc::new(Reception::open(&service, Cost::LEAST).unwrap());
        reception.first_admin("admin@localhost", Some(&PASSWORD.into())).unwrap();
        Self { desk: Desk { reception, proxies: Arc::default() }, _folder: folder }
    }

    async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.desk.clone().router().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Answer { status: parts.status.as_u16(), headers: parts.headers, body }
    }

    async fn get(&self, query: &str, password: &str) -> Answer {
        let shown = format!("Basic {}", STANDARD.encode(format!("admin@localhost:{password}")));
        let request = Request::get(format!("/token{query}")).header("authorization", shown);
        self.send(request.body(Body::empty()).unwrap()).await
    }

    async fn post(&self, form: &str) -> Answer {
        let request = Request::post("/token").header("content-type", "application/x-www-form-urlencoded");
        self.send(request.body(Body::from(form.to_owned())).unwrap()).await
    }

    fn admits(&self, token: &Value, repository: &str) -> bool {
        let doorkeeper = Doorkeeper::new(self.desk.reception.clone()).unwrap();
        let (token, repository) = (token.as_str().unwrap(), repository.parse().unwrap());
        doorkeeper.admit(Some(token), &repository, RepositoryAction::Push).is_ok()
    }
}

impl Answer {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    fn code(&self) -> &str {
        self.body["errors"][0]["code"].as_str().unwrap()
    }
}

fn encoded(text: &str) -> String {
    text.replace('&', "%26").replace('=', "%3D").replace(' ', "+").replace(':', "%3A").replace('/', "%2F")
}

#[tokio::test]
async fn a_client_gets_a_token_by_name_and_password() {
    let house = House::new();
    let query = "?account=admin&client_id=docker&offline_token=true&service=assay\
                 &scope=repository%3A1%2Fx%3Apush%2Cpull&scope=repository:1/y:push";
    let answer = house.get(query, PASSWORD).await;
    assert_eq!((answer.status, answer.header("cache-control")), (200, "no-store"));
    assert_eq!(answer.body["scope"], "repository:1/x:pull,push repository:1/y:push");
    assert_eq!(
        (&answer.body["expires_in"], &answer.body["issued_at"]),
        (&900.into(), &"2026-03-01T12:00:00Z".into())
    );
    assert!(house.admits(&answer.body["token"], "1/x") && house.admits(&answer.body["access_token"], "1/y"));
    let refresh = answer.body["refresh_token"].as_str().unwrap();
    let form = format!("grant_type=refresh_token&refresh_token={refresh}&scope=repository%3A1%2Fz%3Apush");
    let again = house.post(&form).await;
    assert!(house.admits(&again.body["access_token"], "1/z"), "{:?}", again.body);
}

#[tokio::test]
async fn scopes_may_stand_between_blanks_and_a_login_has_none() {
    let house = House::new();
    let form = format!(
        "grant_type=password&username=admin%40localhost&password={}&client_id=containerd&service=assay&scope={}",
        encoded(PASSWORD),
        encoded("repository:1/x:pull repository:1/y:push")
    );
    let answer = house.post(&form).await;
    assert_eq!(
        (answer.status, &answer.body["scope"]),
        (200, &"repository:1/x:pull repository:1/y:push".into())
    );
    assert_eq!(answer.body.get("refresh_token"), None);
    let login = house.get("", PASSWORD).await;
    assert_eq!((login.status, &login.body["scope"]), (200, &"".into()));
}

#[tokio::test]
async fn whoever_is_not_known_is_told_how_to_be() {
    let house = House::new();
    let nobody = Request::get("/token?scope=repository:1/x:pull").body(Body::empty()).unwrap();
    for answer in [
        house.get("", "wrong password").await,
        house.send(nobody).await,
        house.post("grant_type=refresh_token&refresh_token=x").await,
        house.post("grant_type=password&username=admin%40localhost&password=x").await,
    ] {
        assert_eq!((answer.status, answer.code()), (401, "UNAUTHORIZED"));
        assert_eq!(answer.header("www-authenticate"), "Basic realm=\"assay\"");
    }
}

#[tokio::test]
async fn guessing_is_slowed_down() {
    let house = House::new();
    for _ in 0..20 {
        assert_eq!(house.get("", "wrong password").await.status, 401);
    }
    let answer = house.get("", "wrong password").await;
    assert_eq!((answer.status, answer.code(), answer.header("retry-after")), (429, "TOOMANYREQUESTS", "15"));
}

#[tokio::test]
async fn what_cannot_be_read_is_refused() {
    let house = House::new();
    let long = format!("?scope={}", "a".repeat(LONGEST));
    assert_eq!(house.get(&long, PASSWORD).await.status, 400);
    let large = format!("grant_type=password&password={}", "a".repeat(LONGEST));
    for form in ["", "grant_type=password", "grant_type=magic&username=a&password=b", &large] {
        let answer = house.post(form).await;
        assert_eq!((answer.status, answer.code()), (400, "UNSUPPORTED"), "{form:.40}");
    }
    let json = Request::post("/token").header("content-type", "application/json").body(Body::from("{}"));
    assert_eq!(house.send(json.unwrap()).await.status, 400);
}
