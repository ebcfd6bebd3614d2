//! A service with two organizations, in which builds are moved by hand.

use std::sync::Arc;
use std::time::Duration;

use assay_app::Service;
use assay_app::build::transition::apply;
use assay_app::build::{Change, Judgement};
use assay_app::engine::NewEngine;
use assay_app::push::{Arrival, Attribution, Claim, attribute};
use assay_core::account::OrgSettings;
use assay_core::build::{BuildAction, BuildEvent, LifecycleEvent};
use assay_core::ledger::{read, write};
use assay_core::manifest::EngineMode;
use assay_core::profile::DeploymentModel;
use assay_core::records::Page;
use assay_core::work::{Work, WorkKind, WorkState};
use assay_core::{
    Actor, Build, BuildId, Digest, Engine, ManualClock, OrgId, Refused, Role, Scope, SequentialIds, UserId,
    Verdict,
};
use assay_store::Database;
use jiff::Timestamp;
use uuid::Uuid;

pub(crate) const ALL: Page = Page { offset: 0, limit: 1000 };

pub(crate) struct Workshop {
    pub(crate) service: Service,
    clock: Arc<ManualClock>,
    /// The organization most tests play in.
    pub(crate) org: OrgId,
    /// Another one.
    pub(crate) stranger: OrgId,
    _folder: tempfile::TempDir,
}

impl Workshop {
    pub(crate) fn new() -> Self {
        Self::with(|_| {})
    }

    /// A workshop whose first organization works as `adjust` says.
    pub(crate) fn with(adjust: impl FnOnce(&mut OrgSettings)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(ManualClock::at("2026-11-01T08:00:00Z".parse().unwrap()));
        let ledger = Arc::new(Database::open(&folder.path().join("records.db")).unwrap());
        let service = Service { ledger, clock: clock.clone(), ids: Arc::new(SequentialIds::default()) };
        let mut settings = OrgSettings::default();
        adjust(&mut settings);
        let organization = |name: &str, settings: &OrgSettings| {
            write(&*service.ledger, |records| records.insert_organization(name, settings, service.now()))
                .unwrap()
        };
        assert_eq!(organization("Operators", &OrgSettings::default()), OrgId::OPERATORS);
        let org = organization("Acme", &settings);
        let stranger = organization("Stranger", &OrgSettings::default());
        Self { service, clock, org, stranger, _folder: folder }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.service.now()
    }

    pub(crate) fn advance_hours(&self, hours: u64) {
        self.clock.advance(Duration::from_secs(hours * 3600));
    }

    pub(crate) fn developer(&self) -> Actor {
        actor(self.org, Role::Developer)
    }

    pub(crate) fn approver(&self) -> Actor {
        actor(self.org, Role::Approver)
    }

    pub(crate) fn admin(&self) -> Actor {
        actor(self.org, Role::Admin)
    }

    pub(crate) fn engine(&self, name: &str) -> Engine {
        assay_app::engine::create(&self.service, &self.developer(), &profile(name)).unwrap()
    }

    /// A push by the developer, attributed to `engine`.
    pub(crate) fn push(&self, engine: &Engine, content: &str) -> Build {
        match self.arrive(engine.org, content, &Claim::Engine(engine.id.to_string())) {
            Attribution::New(build) => build,
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn arrive(&self, org: OrgId, content: &str, claim: &Claim) -> Attribution {
        let pusher = actor(org, Role::Developer);
        let arrival = Arrival {
            repository: format!("{org}/pushed"),
            org,
            digest: Digest::sha256(content.as_bytes()),
            reference: format!("{org}/pushed:{content}"),
            pushed_by: pusher.user,
            pusher: pusher.name,
            at: self.now(),
        };
        write(&*self.service.ledger, |records| attribute(records, &*self.service.ids, &arrival, claim))
            .unwrap()
    }

    /// The service finds `event` out.
    pub(crate) fn find(&self, build: &Build, event: BuildEvent) -> Build {
        self.change(&Change::of(build.id, event, &Actor::system())).unwrap()
    }

    pub(crate) fn change(&self, change: &Change<'_>) -> Result<Build, Refused> {
        write(&*self.service.ledger, |records| apply(records, change, self.now()))
    }

    pub(crate) fn act(&self, actor: &Actor, build: &Build, action: BuildAction) -> Result<Build, Refused> {
        assay_app::build::act(&self.service, actor, build.id, action, Some("because of a test"))
    }

    /// A build that was pushed, and passed intake.
    pub(crate) fn available(&self, engine: &Engine, content: &str) -> Build {
        let build = self.push(engine, content);
        self.find(&build, BuildEvent::FetchStarted);
        self.find(&build, BuildEvent::IntakePassed)
    }

    /// One that was submitted too and waits for a person.
    pub(crate) fn awaiting(&self, engine: &Engine, content: &str) -> Build {
        let build = self.available(engine, content);
        self.act(&self.developer(), &build, BuildAction::Submit).unwrap();
        self.certified(&build, BuildEvent::CertificationPassed, Verdict::Approved)
    }

    pub(crate) fn certified(&self, build: &Build, event: BuildEvent, verdict: Verdict) -> Build {
        let judgement = Judgement { verdict: Some(verdict), policy: Some("default@1".into()), report: None };
        self.change(&Change::of(build.id, event, &Actor::system()).judged(judgement)).unwrap()
    }

    /// One that is live.
    pub(crate) fn deployed(&self, engine: &Engine, content: &str) -> Build {
        let build = self.awaiting(engine, content);
        self.act(&self.approver(), &build, BuildAction::Approve).unwrap();
        self.act(&self.developer(), &build, BuildAction::Deploy).unwrap();
        self.find(&build, BuildEvent::DeploySucceeded)
    }

    pub(crate) fn build(&self, id: BuildId) -> Build {
        read(&*self.service.ledger, |records| records.build(id)).unwrap().unwrap()
    }

    pub(crate) fn events(&self, build: &Build) -> Vec<LifecycleEvent> {
        read(&*self.service.ledger, |records| records.build_events(build.id, ALL)).unwrap()
    }

    /// Names of the build's events, oldest first.
    pub(crate) fn told(&self, build: &Build) -> Vec<String> {
        self.events(build).into_iter().map(|event| event.name).collect()
    }

    pub(crate) fn work(&self, kind: WorkKind, key: &str) -> Option<Work> {
        read(&*self.service.ledger, |records| records.work_on(kind, key)).unwrap()
    }

    pub(crate) fn work_state(&self, kind: WorkKind, build: &Build) -> Option<WorkState> {
        self.work(kind, &build.id.to_string()).map(|work| work.state)
    }

    pub(crate) fn new_id(&self) -> Uuid {
        self.service.ids.next_id()
    }
}

/// A user of `org` with one role, the same one at every call.
pub(crate) fn actor(org: OrgId, role: Role) -> Actor {
    let number = u128::from(org.0.unsigned_abs()) << 64 | role as u128;
    Actor {
        user: Some(UserId(Uuid::from_u128(number))),
        name: format!("{}@{org}.example", role.name()),
        org,
        roles: [role].into(),
        scopes: Scope::ALL.into(),
    }
}

pub(crate) fn profile(name: &str) -> NewEngine {
    NewEngine {
        org: None,
        id: None,
        name: name.into(),
        slug: None,
        category: "transcription".parse().unwrap(),
        mode: EngineMode::Chunk,
        deployment_model: DeploymentModel::ExternalAccess,
        details: Default::default(),
    }
}
