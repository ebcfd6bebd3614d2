//! Intake: a pushed image is read, becomes somebody's build, and is judged in form.

use std::time::Duration;

use assay_core::build::BuildEvent;
use assay_core::ledger::{Transaction, read, write};
use assay_core::policy::Policy;
use assay_core::push::PushReason;
use assay_core::work::{Lease, Work, WorkEnd, WorkKind};
use assay_core::{Actor, Build, Digest, Engine, EngineId, EngineProfile, Fault, Refused, Silent};
use assay_image::{Blobs, TopDocument};
use jiff::Timestamp;

use super::brief::{address, address_report};
use super::shelf::{Documents, Shelf};
use super::{Pipeline, payload};
use crate::build::transition::apply;
use crate::build::{Change, Judgement};
use crate::certification::{Form, Named, Request, Rooms, StoredImage, TakenIn, take_in};
use crate::push::{Arrival, Attribution, Claim, IntakeOrder, attribute};
use crate::work::{Handler, StopFlag, WorkOutcome, alert, lost};
use crate::{policy, report};

/// How long a layer that is being unpacked ahead is waited for.
const PATIENCE: Duration = Duration::from_secs(120);

/// Characters of a reason that is found and not given.
const LONGEST_REASON: usize = 1000;

/// Does [`WorkKind::Intake`].
pub(super) struct Intake(pub(super) Pipeline);

impl Handler for Intake {
    fn kind(&self) -> WorkKind {
        WorkKind::Intake
    }

    fn limit(&self) -> Duration {
        Duration::from_secs(30 * 60)
    }

    fn run(&self, lease: &Lease, _: &StopFlag) -> WorkOutcome {
        let order: IntakeOrder = payload(lease)?;
        let taken = self.read(&order)?;
        self.0.crash.reach("intake-read");
        let (service, now) = (&self.0.service, self.0.service.now());
        write(&*service.ledger, |records| {
            if let Some(taken) = &taken {
                let arrival = Arrival::from(&order);
                match attribute(records, &*service.ids, &arrival, &taken.claim)? {
                    Attribution::New(build) => begin(records, &build, taken, now)?,
                    Attribution::Known(_) | Attribution::Unattributed(_) => {}
                }
            }
            if records.end(lease, &WorkEnd::Done, now)? { Ok(()) } else { Err(lost()) }
        })?;
        self.0.crash.reach("intake-committed");
        Ok(())
    }

    /// What could not be read is kept among the pushes that became no build, so that its pusher hears of it. Should it be
    /// read later, it becomes one.
    fn gave_up(
        &self,
        records: &dyn Transaction,
        work: &Work,
        fault: &Fault,
        at: Timestamp,
    ) -> Result<(), Refused> {
        alert(records, work, fault, at)?;
        let order: Option<IntakeOrder> = serde_json::from_value(work.payload.clone()).ok();
        let Some(order) = order else { return Ok(()) };
        let unread = Claim::Nobody(PushReason::UnreadableImage);
        attribute(records, &*self.0.service.ids, &Arrival::from(&order), &unread).map(drop)
    }
}

impl Intake {
    /// Reads the image; nothing when it was deleted before anybody looked.
    fn read(&self, order: &IntakeOrder) -> Result<Option<TakenIn>, Refused> {
        let ledger = &*self.0.service.ledger;
        let documents = read(ledger, |records| Documents::gather(records, &order.repository, &order.digest))?;
        let Some(documents) = documents else { return Ok(None) };
        self.0.ahead.hand_over(&documents.blobs(), PATIENCE);
        let policy = read(ledger, |records| policy::of_org(records, order.org))?;
        let shelf = Shelf { ledger, files: &*self.0.files, repository: &order.repository };
        let taken = self.0.take_in(&order.reference(), &documents.top, &shelf, policy, |claim| {
            owner(&self.0, order, claim)
        })?;
        Ok(Some(taken))
    }
}

impl Pipeline {
    /// Opens an image of the registry and looks at its form.
    pub(super) fn take_in(
        &self,
        reference: &str,
        top: &TopDocument,
        blobs: &dyn Blobs,
        policy: Policy,
        owner: impl FnOnce(&Claim) -> Result<Named, Refused>,
    ) -> Result<TakenIn, Refused> {
        let request = Request {
            reference: reference.to_owned(),
            open: self.open.clone(),
            profile: EngineProfile::default(),
            policy,
            waivers: Vec::new(),
            pushed_as: Some(top.digest.clone()),
            without: Default::default(),
            input: None,
            exceptions: Vec::new(),
            resolve: Default::default(),
            seed: 0,
            evidence_dir: Default::default(),
        };
        let none = Fault::new("intake", "running the engine", "intake runs nothing");
        let rooms = Rooms {
            store: &self.images,
            database: None,
            runner: Err(&none),
            clock: &*self.service.clock,
            ids: &*self.service.ids,
            progress: &Silent,
            stored: Some(StoredImage { top, blobs }),
        };
        take_in(request, rooms, owner)
    }
}

/// Whose the image is, as far as a look into the records tells; [`attribute`] decides.
fn owner(pipeline: &Pipeline, order: &IntakeOrder, claim: &Claim) -> Result<Named, Refused> {
    let Claim::Engine(text) = claim else { return Ok(Named::Nobody) };
    let Ok(id) = text.parse() else { return Ok(Named::Nobody) };
    read(&*pipeline.service.ledger, |records| {
        let ours = records.engine(EngineId(id))?.filter(|engine| engine.org == order.org);
        ours.map_or(Ok(Named::Nobody), |engine| named(records, &engine, &order.digest))
    })
}

/// The engine as intake judges by it.
pub(super) fn named(records: &dyn Transaction, engine: &Engine, digest: &Digest) -> Result<Named, Refused> {
    let waivers = records.granted_waivers(engine.org, Some(engine.id), std::slice::from_ref(digest))?;
    Ok(Named::Engine { profile: Box::new(engine.profile()), waivers })
}

/// A new build begins its way.
fn begin(records: &dyn Transaction, build: &Build, taken: &TakenIn, at: Timestamp) -> Result<(), Refused> {
    let system = Actor::system();
    apply(records, &Change::of(build.id, BuildEvent::FetchStarted, &system), at)?;
    // The engine was made between the look and the decision: another attempt sees it.
    let unseen = || Fault::new("intake", "taking in an image", "its engine has just come up").retryable();
    let form = taken.form.as_ref().ok_or_else(unseen)?;
    conclude(records, build, form, taken.manifest.as_deref(), at)
}

/// Keeps the report of intake and moves the build as it says.
pub(super) fn conclude(
    records: &dyn Transaction,
    build: &Build,
    form: &Form,
    manifest: Option<&str>,
    at: Timestamp,
) -> Result<(), Refused> {
    let mut report = form.report.clone();
    address_report(&mut report, build, &address(records, build.pushed_by)?);
    let digest = report::keep(records, &report, at)?;
    let system = Actor::system();
    let event = if form.invalid { BuildEvent::IntakeFailed } else { BuildEvent::IntakePassed };
    let judgement = Judgement { report: Some(digest), ..Judgement::default() };
    let mut change = Change::of(build.id, event, &system).judged(judgement);
    if let Some(reason) = report.reasons.first().filter(|_| form.invalid) {
        change = change.because(short(reason));
    }
    if let Some(manifest) = manifest {
        change = change.with_manifest(manifest);
    }
    apply(records, &change, at).map(drop)
}

/// A reason as lists can bear it.
pub(super) fn short(reason: &str) -> String {
    reason.chars().take(LONGEST_REASON).collect()
}
