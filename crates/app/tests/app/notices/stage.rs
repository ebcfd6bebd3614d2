//! An organization with an engine, people who are told, and receivers that count.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use assay_app::build::{Change, Judgement, transition};
use assay_app::notice::{
    EndpointProfile, Fate, MailHandler, Mailer, Message, Poster, Sending, Target, WebhookHandler,
    WebhookRules, create_endpoint,
};
use assay_app::work::{Backoff, Hand, Handler, StopFlag};
use assay_core::build::BuildEvent;
use assay_core::engine::EngineDetails;
use assay_core::ledger::{read, write};
use assay_core::manifest::EngineMode;
use assay_core::notice::{Audience, Delivery, DeliveryFilter, Recipient, WebhookEndpoint};
use assay_core::profile::DeploymentModel;
use assay_core::records::Page;
use assay_core::work::{Lease, WorkKind};
use assay_core::{
    Actor, Build, BuildId, BuildStage, BuildStatus, Digest, Engine, EngineId, Fault, OrgId, Role, User,
    Verdict,
};
use jiff::Timestamp;

use crate::house::House;

pub(super) const EVERYTHING: Page = Page { offset: 0, limit: 1000 };
pub(super) const LEASE: Duration = Duration::from_secs(60);

/// A house with an organization whose developer has an engine with one build that is being fetched.
pub(super) struct Stage {
    pub(super) house: House,
    pub(super) org: OrgId,
    pub(super) developer: User,
    pub(super) approver: User,
    pub(super) build: BuildId,
    pub(super) outside: Arc<Outside>,
}

/// Everything outside: it notes what arrives and answers as it was told to.
#[derive(Default)]
pub(super) struct Outside {
    pub(super) letters: Mutex<Vec<(String, Message)>>,
    pub(super) posts: Mutex<Vec<(Target, Message, Timestamp)>>,
    answers: Mutex<Vec<Sending>>,
    /// Done while the first message is on its way.
    meanwhile: Mutex<Option<Box<dyn FnOnce() + Send>>>,
}

impl Outside {
    /// The next attempts come to these, in order; those after them are delivered.
    pub(super) fn answer(&self, sendings: impl IntoIterator<Item = Sending>) {
        let mut answers: Vec<_> = sendings.into_iter().collect();
        answers.reverse();
        *self.answers.lock().unwrap() = answers;
    }

    pub(super) fn meanwhile(&self, act: impl FnOnce() + Send + 'static) {
        *self.meanwhile.lock().unwrap() = Some(Box::new(act));
    }

    fn next(&self) -> Sending {
        let act = self.meanwhile.lock().unwrap().take();
        if let Some(act) = act {
            act();
        }
        self.answers.lock().unwrap().pop().unwrap_or_else(|| Sending::delivered(200, "thanks"))
    }
}

impl Mailer for Outside {
    fn mail(&self, address: &str, message: &Message) -> Sending {
        self.letters.lock().unwrap().push((address.into(), message.clone()));
        self.next()
    }
}

impl Poster for Outside {
    fn post(&self, target: &Target, message: &Message, at: Timestamp) -> Sending {
        self.posts.lock().unwrap().push((target.clone(), message.clone(), at));
        self.next()
    }
}

impl Stage {
    pub(super) fn new() -> Self {
        let house = House::new();
        let org = house.org("Acme");
        let developer = house.user(org, "dev@acme.example", &[Role::Developer]);
        let approver = house.user(org, "boss@acme.example", &[Role::Approver]);
        let build = a_build(&house, org, &developer);
        Self { house, org, developer, approver, build, outside: Arc::default() }
    }

    /// Changes how the organization works.
    pub(super) fn settings(&self, change: impl FnOnce(&mut assay_core::account::OrgSettings)) {
        write(&*self.house.service.ledger, |records| {
            let mut organization = records.organization(self.org)?.unwrap();
            change(&mut organization.settings);
            records.update_organization(&organization)
        })
        .unwrap();
    }

    pub(super) fn change_engine(&self, change: impl FnOnce(&mut Engine)) {
        write(&*self.house.service.ledger, |records| {
            let build = records.build(self.build)?.unwrap();
            let mut engine = records.engine(build.engine)?.unwrap();
            change(&mut engine);
            records.update_engine(&engine)
        })
        .unwrap();
    }

    /// The build is moved, one event after another: by the service, or by a person where the event takes one.
    pub(super) fn happen(&self, events: &[BuildEvent]) {
        for event in events {
            self.happens(
                Change::of(self.build, *event, &self.who(*event)).because("because <b>I</b> say so"),
            );
        }
    }

    pub(super) fn happens(&self, change: Change<'_>) {
        let now = self.house.service.now();
        write(&*self.house.service.ledger, |records| transition::apply(records, &change, now)).unwrap();
    }

    /// The same, with a report kept as a document.
    pub(super) fn judged(&self, event: BuildEvent, report: &[u8]) {
        let digest: Digest = format!("sha256:{:064x}", report.len()).parse().unwrap();
        write(&*self.house.service.ledger, |records| {
            records.keep_document(&digest, "application/json", report, self.house.service.now())
        })
        .unwrap();
        let judgement = Judgement {
            report: Some(digest),
            verdict: Some(Verdict::Disapproved),
            policy: Some("default@1".into()),
        };
        self.happens(Change::of(self.build, event, &Actor::system()).judged(judgement));
    }

    fn who(&self, event: BuildEvent) -> Actor {
        match event {
            BuildEvent::Submit | BuildEvent::Deploy => self.developer.actor(assay_core::Scope::ALL.into()),
            _ if event.action().is_some() => self.approver.actor(assay_core::Scope::ALL.into()),
            _ => Actor::system(),
        }
    }

    pub(super) fn deliveries(&self) -> Vec<Delivery> {
        let all = DeliveryFilter::default();
        let mut list =
            read(&*self.house.service.ledger, |records| records.deliveries(&all, EVERYTHING)).unwrap();
        list.sort_by(|a, b| (a.queued_at, &a.name, &a.id).cmp(&(b.queued_at, &b.name, &b.id)));
        list
    }

    /// Who is written to, of what, as what; sorted.
    pub(super) fn letters_queued(&self) -> Vec<(String, String, Audience)> {
        let letter = |delivery: Delivery| match delivery.to {
            Recipient::Mail { address, audience } => Some((delivery.name, address, audience)),
            Recipient::Endpoint(_) => None,
        };
        let mut letters: Vec<_> = self.deliveries().into_iter().filter_map(letter).collect();
        letters.sort();
        letters
    }

    pub(super) fn endpoint(&self, org: OrgId, events: &[&str]) -> WebhookEndpoint {
        let profile = EndpointProfile {
            url: Some("https://hooks.example.com/assay".into()),
            events: Some(events.iter().map(|event| (*event).to_owned()).collect()),
            ..EndpointProfile::default()
        };
        create_endpoint(&self.house.service, &Actor::operator(), org, profile, &WebhookRules::default())
            .unwrap()
    }

    /// Somebody who does the work of sending.
    pub(super) fn hand(&self) -> Hand {
        let service = &self.house.service;
        let mail: Arc<dyn Handler> =
            Arc::new(MailHandler { service: service.clone(), mailer: self.outside.clone() });
        let webhook: Arc<dyn Handler> =
            Arc::new(WebhookHandler { service: service.clone(), poster: self.outside.clone() });
        Hand {
            service: service.clone(),
            handlers: Arc::new(BTreeMap::from([(WorkKind::Mail, mail), (WorkKind::Webhook, webhook)])),
            lease: LEASE,
            backoff: Backoff::default(),
            worker: service.ids.next_id(),
        }
    }

    /// Does whatever is due of a kind; returns how many pieces.
    pub(super) fn work(&self, kind: WorkKind) -> usize {
        let hand = self.hand();
        std::iter::from_fn(|| hand.claim(kind).unwrap()).map(|lease| do_work(&hand, &lease)).count()
    }

    /// Moves the clock to when the delivery is tried next, and tries it.
    pub(super) fn next_attempt(&self, kind: WorkKind) -> Duration {
        let due = self.hand().next_due(kind).unwrap().expect("something waits");
        let wait = Duration::try_from(due.duration_since(self.house.service.now())).unwrap_or_default();
        self.house.clock.advance(wait);
        assert_eq!(self.work(kind), 1);
        wait
    }
}

pub(super) fn do_work(hand: &Hand, lease: &Lease) {
    let stop = StopFlag::default();
    let outcome = hand.carry_out(lease, &stop);
    hand.settle(lease, outcome, &stop).unwrap();
}

pub(super) fn later(why: &str) -> Sending {
    let fault = Fault::new("webhook-refused", "posting", why).retryable();
    Sending { status: Some(503), answer: "busy".into(), fate: Fate::Later { fault, after: None } }
}

fn a_build(house: &House, org: OrgId, developer: &User) -> BuildId {
    let (service, now) = (&house.service, house.service.now());
    let engine = Engine {
        id: EngineId(service.ids.next_id()),
        org,
        slug: "parrot".into(),
        name: "Parrot".into(),
        category: "transcription".parse().unwrap(),
        mode: EngineMode::Chunk,
        deployment_model: DeploymentModel::NetworkIsolated,
        details: EngineDetails {
            results_email: vec!["team@acme.example".into()],
            ..EngineDetails::default()
        },
        disabled: None,
        deleted_at: None,
        created_at: now,
        created_by: Some(developer.id),
        modified_at: now,
    };
    let build = Build {
        id: BuildId(service.ids.next_id()),
        engine: engine.id,
        org,
        number: 1,
        digest: Some(format!("sha256:{:064x}", 7).parse().unwrap()),
        repository: format!("{org}/parrot"),
        reference: format!("registry.example/{org}/parrot:v1"),
        status: BuildStatus::Fetching,
        stage: BuildStage::None,
        pushed_by: Some(developer.id),
        uploaded_at: now,
        submitted_by: None,
        submitted_at: None,
        modified_at: now,
        manifest: None,
        report: None,
        verdict: None,
        policy: None,
        reason: None,
    };
    write(&*service.ledger, |records| {
        records.insert_engine(&engine)?;
        records.insert_build(&build)
    })
    .unwrap();
    build.id
}
