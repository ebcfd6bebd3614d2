//! A service behind its router, with users of two organizations who have logged in.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use assay_app::Service;
use assay_app::account::{Cost, NewApiKey, NewOrganization, NewUser, Reception};
use assay_app::build::transition::apply;
use assay_app::build::{Change, Judgement};
use assay_app::push::{Arrival, Attribution, Claim, attribute};
use assay_core::account::OrgSettings;
use assay_core::build::BuildEvent;
use assay_core::ledger::write;
use assay_core::{Actor, Digest, ManualClock, OrgId, Role, Scope, SequentialIds, Verdict};
use assay_server::metrics::Standing;
use assay_server::{Allowance, Health, Options, Site, graphql, router};
use assay_store::Database;
use axum::Router;
use axum::body::Body;
use axum::http::Request;
use http_body_util::BodyExt;
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use tower::ServiceExt;

pub(super) const PASSWORD: &str = "correct horse battery staple";

pub(super) struct House {
    pub(super) service: Service,
    pub(super) reception: Arc<Reception>,
    pub(super) org: OrgId,
    clock: Arc<ManualClock>,
    router: Router,
    /// Tokens by name: developer, approver, admin, stranger, operator.
    tokens: BTreeMap<&'static str, String>,
    _folder: tempfile::TempDir,
}

/// What came back.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) body: Value,
}

impl Answer {
    pub(super) fn data(&self) -> &Value {
        assert!(self.body.get("errors").is_none(), "{:#}", self.body);
        &self.body["data"]
    }

    /// Name and code of the first error.
    pub(super) fn error(&self) -> (&str, &str) {
        let error = &self.body["errors"][0];
        (error["name"].as_str().unwrap_or_default(), error["data"]["code"].as_str().unwrap_or_default())
    }
}

impl House {
    pub(super) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(ManualClock::at("2026-11-01T08:00:00Z".parse().unwrap()));
        let service = Service {
            ledger: Arc::new(Database::open(&folder.path().join("records.db")).unwrap()),
            clock: clock.clone(),
            ids: Arc::new(SequentialIds::default()),
        };
        let reception = Arc::new(Reception::open(&service, Cost::LEAST).unwrap());
        reception.first_admin("operator@localhost", Some(&PASSWORD.into())).unwrap();
        let site = site(&service, &reception);
        let router = router(&site, [graphql::router(&site)]);
        let mut house = Self {
            service,
            reception,
            org: OrgId(0),
            clock,
            router,
            tokens: BTreeMap::new(),
            _folder: folder,
        };
        house.org = house.organization("Acme", OrgSettings { four_eyes: true, ..OrgSettings::default() });
        let elsewhere = house.organization("Elsewhere", OrgSettings::default());
        for (name, org, role) in [
            ("developer", house.org, Role::Developer),
            ("approver", house.org, Role::Approver),
            ("admin", house.org, Role::Admin),
            ("stranger", elsewhere, Role::Admin),
        ] {
            house.user(name, org, role);
        }
        house
    }

    fn organization(&self, name: &str, settings: OrgSettings) -> OrgId {
        let new = NewOrganization { name: name.into(), settings, quota_bytes: None };
        self.reception.create_organization(&Actor::operator(), &new).unwrap().id
    }

    fn user(&mut self, name: &'static str, org: OrgId, role: Role) {
        let new = NewUser {
            org,
            email: format!("{name}@acme.example"),
            name: name.into(),
            roles: [role].into(),
            password: Some(PASSWORD.into()),
        };
        self.reception.create_user(&Actor::operator(), &new).unwrap();
        self.log_in(name);
    }

    pub(super) fn token(&self, name: &str) -> &str {
        &self.tokens[name]
    }

    /// An API key of a user, good for `scopes`, under `name`.
    pub(super) fn key(&mut self, name: &'static str, of: &str, scopes: &[Scope]) {
        let user = self.reception.user_by_email(&Actor::operator(), &format!("{of}@acme.example")).unwrap();
        let new = NewApiKey {
            user: user.id,
            name: name.into(),
            scopes: scopes.iter().copied().collect(),
            expires_at: None,
        };
        let key = self.reception.create_key(&Actor::operator(), &new).unwrap();
        self.tokens.insert(name, key.text.expose_secret().into());
    }

    /// Lets time pass; whose session is over by then logs in again.
    pub(super) fn advance_hours(&mut self, hours: u64) {
        self.clock.advance(Duration::from_secs(hours * 3600));
        for name in ["developer", "approver", "admin", "stranger"] {
            self.log_in(name);
        }
    }

    fn log_in(&mut self, name: &'static str) {
        let open = self.reception.login(&format!("{name}@acme.example"), &PASSWORD.into(), None).unwrap();
        self.tokens.insert(name, open.token.expose_secret().into());
    }

    pub(super) async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        Answer { status: parts.status.as_u16(), body: serde_json::from_slice(&bytes).unwrap_or(Value::Null) }
    }

    /// A query by one of the users, or by nobody.
    pub(super) async fn ask(&self, who: &str, query: &str) -> Answer {
        self.ask_with(who, query, json!({})).await
    }

    pub(super) async fn ask_with(&self, who: &str, query: &str, variables: Value) -> Answer {
        let body = json!({ "query": query, "variables": variables }).to_string();
        let mut request = Request::post("/v3/graphql").header("content-type", "application/json");
        if who != "nobody" {
            request = request.header("authorization", format!("Bearer {}", self.token(who)));
        }
        self.send(request.body(Body::from(body)).unwrap()).await
    }

    /// An engine made by the developer; its id.
    pub(super) async fn engine(&self, name: &str) -> String {
        let query = format!(
            "mutation {{ createEngine(input: {{ name: \"{name}\", categoryId: \"67cd4dd0-2f75-445d-a6f0-2f297d6cd182\", \
             deploymentModel: MostlyNetworkIsolated, isPublic: true, manifest: {{ engineMode: \"chunk\" }} }}) {{ id }} }}"
        );
        self.ask("developer", &query).await.data()["createEngine"]["id"].as_str().unwrap().to_owned()
    }

    /// A push that is attributed to an engine and passes intake; the build's id.
    pub(super) fn available(&self, engine: &str, content: &str) -> String {
        let Attribution::New(build) = self.arrive(content, &Claim::Engine(engine.into())) else { panic!() };
        let id = build.id.to_string();
        self.find(&id, BuildEvent::FetchStarted);
        let manifest =
            r#"{"engineId":"x","preferredInputFormat":"audio/wav","outputFormats":["application/json"]}"#;
        let system = Actor::system();
        self.change(Change::of(build.id, BuildEvent::IntakePassed, &system).with_manifest(manifest));
        id
    }

    pub(super) fn arrive(&self, content: &str, claim: &Claim) -> Attribution {
        let pusher = self.reception.user_by_email(&Actor::operator(), "developer@acme.example").unwrap();
        let arrival = Arrival {
            repository: format!("{}/pushed", self.org),
            org: self.org,
            digest: Digest::sha256(content.as_bytes()),
            reference: format!("{}/pushed:{content}", self.org),
            pushed_by: Some(pusher.id),
            pusher: pusher.email,
            at: self.service.now(),
        };
        write(&*self.service.ledger, |records| attribute(records, &*self.service.ids, &arrival, claim))
            .unwrap()
    }

    /// The service finds `event` out.
    pub(super) fn find(&self, build: &str, event: BuildEvent) {
        let id = assay_core::BuildId(build.parse().unwrap());
        let system = Actor::system();
        let judgement =
            Judgement { verdict: Some(Verdict::Approved), policy: Some("default@1".into()), report: None };
        let change = Change::of(id, event, &system);
        self.change(if event == BuildEvent::CertificationPassed { change.judged(judgement) } else { change });
    }

    fn change(&self, change: Change<'_>) {
        write(&*self.service.ledger, |records| apply(records, &change, self.service.now())).unwrap();
    }

    /// Asks for an action by `updateEngineBuild`.
    pub(super) async fn act(&self, who: &str, engine: &str, build: &str, action: &str) -> Answer {
        let query = format!(
            "mutation {{ updateEngineBuild(input: {{ id: \"{build}\", engineId: \"{engine}\", action: {action} }}) \
             {{ id engineId status }} }}"
        );
        self.ask(who, &query).await
    }
}

fn site(service: &Service, reception: &Arc<Reception>) -> Arc<Site> {
    let long = Duration::from_secs(600);
    let options = Options {
        trusted_proxies: Vec::new(),
        encrypted: false,
        request_timeout: long,
        body_timeout: long,
        requests_at_once: 100,
        per_address: None,
        sign_in: None,
        metrics_token: None,
        metrics_elsewhere: false,
    };
    let actors = Arc::new(Allowance::new(None, service.clock.clone()));
    let standing = Box::new(Standing::default);
    Arc::new(Site::new(service.clone(), reception.clone(), actors, options, Health::by(Vec::new()), standing))
}
