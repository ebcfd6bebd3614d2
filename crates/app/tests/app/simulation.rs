//! The pipeline under bad luck: a seeded game in which processes die anywhere, workers are slow, leases are lost, work is
//! called off and the judge breaks. After every step nothing may be lost, stuck or doubled.
//!
//! A failure names its seed; `SIMULATION_SEED=…` plays that game alone, `SIMULATION_GAMES=…` plays more of them.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind, panic_any};
use std::time::Duration;

use assay_app::pipeline::CrashPoints;
use assay_app::work::{Hand, StopFlag, StopReason};
use assay_core::account::OrgSettings;
use assay_core::build::{BuildAction, LifecycleEvent, lifecycle};
use assay_core::ledger::{Transaction, read, write};
use assay_core::notice::{About, Delivery, DeliveryFilter, Recipient};
use assay_core::records::BuildFilter;
use assay_core::work::{Lease, WorkKind, WorkState};
use assay_core::{Build, BuildStage, BuildStatus, Digest, Engine};

use crate::plant::{Plant, Says, manifest};
use crate::workshop::ALL;

const KINDS: [WorkKind; 5] =
    [WorkKind::Intake, WorkKind::Fetch, WorkKind::Certification, WorkKind::Deploy, WorkKind::Timer];
const WORKERS: usize = 3;
const GAMES: u64 = 24;
const STEPS: usize = 160;

thread_local! {
    /// The marked place at which the process dies, and how often it is passed before.
    static DEATH: Cell<Option<(&'static str, u32)>> = const { Cell::new(None) };
}

/// What a dying process throws.
struct Died;

/// Dies at the place that was chosen, when it is reached.
fn reached(name: &'static str) {
    if let Some((chosen, left)) = DEATH.get().filter(|(chosen, _)| *chosen == name) {
        DEATH.set(left.checked_sub(1).map(|left| (chosen, left)));
        if left == 0 {
            panic_any(Died);
        }
    }
}

/// Chance that is the same for the same seed: SplitMix64 (Steele, Lea, Flood 2014).
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit as u64) as usize
    }

    fn one<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.below(list.len())]
    }

    fn percent(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }
}

/// What a worker has in hand.
struct Held {
    hand: Hand,
    lease: Lease,
}

struct Game {
    plant: Plant,
    chance: Chance,
    engines: Vec<Engine>,
    held: Vec<Option<Held>>,
    pushed: BTreeSet<(usize, Digest)>,
    story: Vec<String>,
}

impl Game {
    fn new(seed: u64) -> Self {
        let mut chance = Chance(seed);
        let settings = OrgSettings {
            auto_submit: chance.percent(30),
            auto_approve: chance.percent(30),
            ..OrgSettings::default()
        };
        let plant = Plant::with(settings, CrashPoints::told_to(reached));
        plant.pipeline.prepare().unwrap();
        let engines = ["One", "Two"].map(|name| plant.engine(name)).into();
        let held = (0..WORKERS).map(|_| None).collect();
        Self { plant, chance, engines, held, pushed: BTreeSet::new(), story: Vec::new() }
    }

    fn tell(&mut self, what: String) {
        self.story.push(what);
    }

    fn step(&mut self) {
        match self.chance.below(100) {
            0..6 => self.push(),
            6..8 => self.upload(),
            8..32 => self.act(),
            32..54 => self.claim(),
            54..80 => self.work(),
            80..85 => self.renew(),
            85..92 => self.wait(),
            92..95 => self.change_luck(),
            95..97 => self.restart(),
            97..99 => self.bury(),
            _ => self.revive(),
        }
    }

    fn push(&mut self) {
        let (at, content) = (self.chance.below(self.engines.len()), self.chance.below(6).to_string());
        let engine = self.engines[at].clone();
        let text = match self.chance.below(10) {
            0 => Some("{}".to_owned()),
            1 => Some(manifest(&engine).replace(r#""clusterSize": "small","#, "")),
            _ => Some(manifest(&engine)),
        };
        let digest = self.plant.push_manifest(&engine, text.as_deref(), &content);
        self.tell(format!("push {} of {}", digest.short(), engine.name));
        self.pushed.insert((at, digest));
    }

    /// An image comes as an archive.
    fn upload(&mut self) {
        let (at, number) = (self.chance.below(self.engines.len()), self.chance.next());
        let (engine, content) = (self.engines[at].clone(), self.chance.below(6).to_string());
        let file = format!("{number}.tar");
        std::fs::create_dir_all(self.plant.path("archives")).unwrap();
        self.plant.pack(Some(&manifest(&engine)), &content, &format!("archives/{file}"));
        let (service, developer) = (&self.plant.service, self.plant.developer());
        let uploaded = assay_app::build::upload(service, &developer, engine.id, &file, "mine.tar");
        let uploaded = uploaded.map(|build| build.number).map_err(|refused| refused.to_string());
        self.tell(format!("upload to {}: {uploaded:?}", engine.name));
    }

    /// Somebody does something with a build, whether that is possible or not.
    fn act(&mut self) {
        let builds = self.plant.builds();
        if builds.is_empty() {
            return;
        }
        let build = &builds[self.chance.below(builds.len())];
        let possible = lifecycle::allowed(build.standing(), false);
        let next = lifecycle::primary(build.standing(), false).filter(|_| self.chance.percent(50));
        let action = match next {
            Some(next) => next,
            None if self.chance.percent(80) && !possible.is_empty() => self.chance.one(&possible),
            None => self.chance.one(&BuildAction::ALL),
        };
        // Games in which everything is deleted soon are dull.
        let ends = [BuildAction::Delete, BuildAction::Invalidate, BuildAction::Disapprove].contains(&action);
        if ends && self.chance.percent(70) {
            return;
        }
        let decides = matches!(
            action,
            BuildAction::Approve | BuildAction::Disapprove | BuildAction::Reopen | BuildAction::Invalidate
        );
        let actor = if decides { self.plant.approver() } else { self.plant.developer() };
        let done = assay_app::build::act(&self.plant.service, &actor, build.id, action, Some("so"));
        let done = done.map(|build| build.status).map_err(|refused| refused.to_string());
        self.tell(format!("{} build {}: {done:?}", action.name(), build.number));
    }

    fn claim(&mut self) {
        let (at, hand, now) = (self.chance.below(WORKERS), self.plant.hand(), self.plant.service.now());
        let due = |kind: &WorkKind| hand.next_due(*kind).unwrap().is_some_and(|due| due <= now);
        let kinds: Vec<WorkKind> = KINDS.into_iter().filter(due).collect();
        if self.held[at].is_none() && !kinds.is_empty() {
            let kind = self.chance.one(&kinds);
            if let Some(lease) = hand.claim(kind).unwrap() {
                self.tell(format!("worker {at} takes {} {}", kind.name(), lease.work.key));
                self.held[at] = Some(Held { hand, lease });
            }
        }
    }

    /// A worker does what it has in hand; sometimes after its lease is another's, sometimes the process dies on the way.
    fn work(&mut self) {
        let at = self.chance.below(WORKERS);
        let Some(Held { hand, lease }) = self.held[at].take() else { return };
        let stop = StopFlag::default();
        if self.chance.percent(5) {
            stop.raise(self.chance.one(&[StopReason::Shutdown, StopReason::Overdue]));
        }
        let says = *self.plant.judge.0.lock().unwrap();
        if lease.work.kind == WorkKind::Deploy && self.chance.percent(30) {
            self.plant.says(Says::Bad);
        }
        let dies = self.chance.percent(25).then(|| self.chance.one(&CrashPoints::NAMES));
        DEATH.set(dies.map(|name| (name, 0)));
        let handler = hand.handlers[&lease.work.kind].clone();
        let ran = catch_unwind(AssertUnwindSafe(|| handler.run(&lease, &stop)));
        DEATH.set(None);
        match ran {
            Ok(outcome) => {
                self.tell(format!("worker {at} ends {}: {outcome:?}", lease.work.key));
                hand.settle(&lease, outcome, &stop).unwrap();
            }
            Err(thrown) if thrown.is::<Died>() => {
                self.tell(format!("the process dies at {}", dies.unwrap()));
                self.restart();
            }
            Err(_) => {
                self.tell(format!("worker {at} panics at {}", lease.work.key));
                let outcome = hand.carry_out(&lease, &stop);
                hand.settle(&lease, outcome, &stop).unwrap();
            }
        }
        self.plant.says(says);
    }

    fn renew(&mut self) {
        let mut lost = Vec::new();
        for (at, held) in self.held.iter().enumerate() {
            if let Some(Held { hand, lease }) = held
                && !hand.renew(&[lease]).unwrap().is_empty()
            {
                lost.push(at);
            }
        }
        // Whoever hears that the lease is lost lets go, or goes on and is refused later.
        for at in lost {
            if self.chance.percent(50) {
                self.held[at] = None;
                self.tell(format!("worker {at} lets go"));
            }
        }
    }

    fn wait(&mut self) {
        let seconds = self.chance.one(&[1, 30, 61, 600, 7200, 90_000]);
        self.plant.clock.advance(Duration::from_secs(seconds));
        self.tell(format!("{seconds} s pass"));
    }

    fn change_luck(&mut self) {
        let says = if self.chance.percent(50) { Says::Good } else { self.chance.one(&Says::ALL) };
        self.plant.says(says);
        self.tell(format!("the judge says {says:?}"));
    }

    fn restart(&mut self) {
        self.held.iter_mut().for_each(|held| *held = None);
        self.plant.restart();
        self.tell("restart".into());
    }

    fn bury(&mut self) {
        self.plant.hand().bury_lost().unwrap();
    }

    fn revive(&mut self) {
        let now = self.plant.service.now();
        let revived = write(&*self.plant.service.ledger, |records| {
            let mut revived = 0;
            for kind in KINDS {
                for work in records.dead_work(kind, 100)? {
                    revived += u32::from(records.revive(work.id, now)?);
                }
            }
            Ok(revived)
        });
        self.tell(format!("{} revived", revived.unwrap()));
    }

    /// Luck turns: whatever is left comes to its end.
    fn play_to_the_end(&mut self) {
        self.plant.says(Says::Good);
        self.restart();
        for _ in 0..20 {
            self.bury();
            self.revive();
            self.plant.clock.advance(Duration::from_secs(120));
            for kind in KINDS {
                while self.plant.work(kind).is_some() {}
            }
        }
    }

    /// Statuses in which builds have stood.
    fn reached(&self) -> BTreeSet<String> {
        let events = read(&*self.plant.service.ledger, |records| Ok(Seen::read(records).events)).unwrap();
        events.into_values().flatten().map(|event| event.to).collect()
    }

    fn check(&self) {
        read(&*self.plant.service.ledger, |records| {
            let seen = Seen::read(records);
            self.nothing_pushed_is_lost(records);
            seen.nothing_is_stuck(records);
            seen.every_change_has_its_event();
            seen.nothing_is_decided_or_told_twice();
            seen.one_is_deployed_at_most();
            attempts_are_bounded(records, &seen.builds);
            Ok(())
        })
        .unwrap();
    }

    /// An accepted push has its work, its build, or its place among those that belong to nobody.
    fn nothing_pushed_is_lost(&self, records: &dyn Transaction) {
        for (at, digest) in &self.pushed {
            let engine = &self.engines[*at];
            let repository = format!("{}/{}", engine.org, engine.slug);
            let work = records.work_on(WorkKind::Intake, &format!("{repository}@{digest}")).unwrap();
            let works = work.is_some_and(|work| work.state != WorkState::Done);
            let filter = BuildFilter {
                engine: Some(engine.id),
                digest: Some(digest.clone()),
                statuses: BuildStatus::ALL.into(),
                ..BuildFilter::default()
            };
            let built = !records.builds(&filter, ALL).unwrap().is_empty();
            let kept = records.push_of(&repository, digest).unwrap().is_some();
            assert!(works || built || kept, "push {digest} is lost");
        }
    }
}

/// What the records say.
struct Seen {
    builds: Vec<Build>,
    events: BTreeMap<usize, Vec<LifecycleEvent>>,
    deliveries: Vec<Delivery>,
}

impl Seen {
    fn read(records: &dyn Transaction) -> Self {
        let filter = BuildFilter { statuses: BuildStatus::ALL.into(), ..BuildFilter::default() };
        let builds = records.builds(&filter, ALL).unwrap();
        let events = builds.iter().map(|build| records.build_events(build.id, ALL).unwrap());
        let events = events.enumerate().collect();
        Self { builds, events, deliveries: records.deliveries(&DeliveryFilter::default(), ALL).unwrap() }
    }

    /// A build that waits for the service has work that is open, or given up and told to the operators.
    fn nothing_is_stuck(&self, records: &dyn Transaction) {
        for build in &self.builds {
            let needed = match (build.status, build.stage) {
                (BuildStatus::Uploaded | BuildStatus::Fetching, _) => WorkKind::Fetch,
                (BuildStatus::Pending, BuildStage::Certification) => WorkKind::Certification,
                (BuildStatus::Deploying, _) => WorkKind::Deploy,
                _ => {
                    let open = |kind| {
                        let work = records.work_on(kind, &build.id.to_string()).unwrap();
                        work.is_some_and(|work| matches!(work.state, WorkState::Queued | WorkState::Leased))
                    };
                    assert!(!open(WorkKind::Certification), "build {} is judged for nothing", build.number);
                    assert!(!open(WorkKind::Deploy), "build {} is deployed for nothing", build.number);
                    continue;
                }
            };
            let work = records.work_on(needed, &build.id.to_string()).unwrap();
            let state = work.map(|work| work.state);
            let cared_for = matches!(state, Some(WorkState::Queued | WorkState::Leased | WorkState::Dead));
            assert!(cared_for, "build {} is {:?} and its work {state:?}", build.number, build.status);
        }
    }

    fn every_change_has_its_event(&self) {
        for (at, build) in self.builds.iter().enumerate() {
            let mut status = None;
            for event in &self.events[&at] {
                assert_eq!(event.from, status, "build {}: {}", build.number, event.name);
                status = Some(event.to.clone());
            }
            assert_eq!(status.as_deref(), Some(build.status.name()), "build {}", build.number);
        }
    }

    /// Between two submissions there is one decision; of one event nobody is told twice.
    fn nothing_is_decided_or_told_twice(&self) {
        for (at, build) in self.builds.iter().enumerate() {
            let mut decided = false;
            for event in &self.events[&at] {
                let key = event.details["event"].as_str().unwrap_or_default();
                match key {
                    "submit" | "autoSubmitted" | "reopen" => decided = false,
                    "certificationPassed"
                    | "certificationHeld"
                    | "certificationFailed"
                    | "securityFailed" => {
                        assert!(!decided, "build {} is decided twice", build.number);
                        decided = true;
                    }
                    _ => {}
                }
            }
        }
        let mut told = BTreeSet::new();
        for delivery in &self.deliveries {
            let Recipient::Mail { address, .. } = &delivery.to else { continue };
            if let About::Event { sequence } = delivery.about {
                assert!(told.insert((sequence, address)), "{address} is told of event {sequence} twice");
            }
        }
    }

    fn one_is_deployed_at_most(&self) {
        let mut engines = BTreeSet::new();
        for build in self.builds.iter().filter(|build| build.status == BuildStatus::Deployed) {
            assert!(engines.insert(build.engine), "two builds of an engine are deployed");
        }
    }
}

fn attempts_are_bounded(records: &dyn Transaction, builds: &[Build]) {
    for build in builds {
        for kind in KINDS {
            if let Some(work) = records.work_on(kind, &build.id.to_string()).unwrap() {
                assert!(work.attempts <= work.max_attempts, "{work:?}");
            }
        }
    }
}

#[allow(clippy::print_stderr, reason = "tells the story of a lost game")]
fn play(seed: u64) -> BTreeSet<String> {
    let mut game = Game::new(seed);
    let played = catch_unwind(AssertUnwindSafe(|| {
        for _ in 0..STEPS {
            game.step();
            game.check();
        }
        game.play_to_the_end();
        game.check();
        for build in game.plant.builds() {
            let waits = matches!(
                build.status,
                BuildStatus::Uploaded | BuildStatus::Fetching | BuildStatus::Deploying
            ) || build.stage == BuildStage::Certification;
            assert!(!waits, "build {} never comes to an end: {:?}", build.number, build.status);
        }
    }));
    if let Err(thrown) = played {
        eprintln!("game {seed}:\n  {}", game.story.join("\n  "));
        std::panic::resume_unwind(thrown);
    }
    game.reached()
}

#[test]
fn whatever_happens_nothing_is_lost_stuck_or_doubled() {
    // Panics that belong to the game would fill the screen.
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        let ours = info.payload().is::<Died>()
            || info.payload().downcast_ref::<&str>().is_some_and(|text| *text == "broken on purpose");
        if !ours {
            usual(info);
        }
    }));
    let asked = |name| std::env::var_os(name).and_then(|text| text.to_str()?.parse::<u64>().ok());
    let games = asked("SIMULATION_GAMES").unwrap_or(GAMES);
    let seeds: Vec<u64> = asked("SIMULATION_SEED").map_or_else(|| (0..games).collect(), |seed| vec![seed]);
    let alone = seeds.len() == 1;
    let reached: BTreeSet<String> = seeds.into_iter().flat_map(play).collect();
    // The games are worth something only when builds get everywhere.
    for status in BuildStatus::ALL {
        assert!(alone || reached.contains(status.name()), "no build was ever {}", status.name());
    }
}
