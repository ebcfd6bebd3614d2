//! Deployment: an approved build's image is copied to the runtime store, started once, and put into service.

use std::time::Duration;

use assay_core::build::{BuildEvent, BuildStatus};
use assay_core::ledger::{Transaction, write};
use assay_core::work::{Lease, Work, WorkEnd, WorkKind};
use assay_core::{Actor, BuildId, Fault, Refused, Silent};
use jiff::Timestamp;

use super::brief::Brief;
use super::certification::About;
use super::intake::short;
use super::order::Task;
use super::port::Done;
use super::{Pipeline, payload};
use crate::build::Change;
use crate::build::transition::apply;
use crate::certification::Probe;
use crate::work::{Handler, Setback, StopFlag, WorkOutcome, alert, lost};

/// Does [`WorkKind::Deploy`].
pub(super) struct Deploy(pub(super) Pipeline);

impl Handler for Deploy {
    fn kind(&self) -> WorkKind {
        WorkKind::Deploy
    }

    fn limit(&self) -> Duration {
        Duration::from_secs(3600)
    }

    fn run(&self, lease: &Lease, stop: &StopFlag) -> WorkOutcome {
        let About { build } = payload(lease)?;
        let brief = Brief::of(&self.0.service, build)?;
        let Some(brief) = brief.filter(|brief| brief.build.status == BuildStatus::Deploying) else {
            return self.end(lease, |_| Ok(()));
        };
        self.0.runtime().place(&brief.build, &brief.documents)?;
        self.0.crash.reach("deploy-copied");
        let probe = self.probe(&brief, lease, stop)?;
        self.0.crash.reach("deploy-probed");
        let now = self.0.service.now();
        self.end(lease, |records| match &probe {
            Probe::Healthy => move_on(records, build, BuildEvent::DeploySucceeded, None, now),
            Probe::Unhealthy(why) => move_on(records, build, BuildEvent::DeployFailed, Some(why), now),
        })?;
        self.0.crash.reach("deploy-committed");
        Ok(())
    }

    /// What could not be copied or started is not in service; whatever was before still is.
    fn gave_up(
        &self,
        records: &dyn Transaction,
        work: &Work,
        fault: &Fault,
        at: Timestamp,
    ) -> Result<(), Refused> {
        alert(records, work, fault, at)?;
        let about: Option<About> = serde_json::from_value(work.payload.clone()).ok();
        let build = about.map(|about| records.build(about.build)).transpose()?.flatten();
        match build.filter(|build| build.status == BuildStatus::Deploying) {
            Some(build) => move_on(records, build.id, BuildEvent::DeployFailed, Some(&fault.to_string()), at),
            None => Ok(()),
        }
    }
}

impl Deploy {
    /// Starts the engine once.
    fn probe(&self, brief: &Brief, lease: &Lease, stop: &StopFlag) -> Result<Probe, Setback> {
        let aside = self.0.evidence().begin(brief.build.id, lease)?;
        let order = brief.order(Task::Probe, &self.0.reach, aside.path());
        let done = self.0.judge.carry_out(&order, &Silent, stop);
        if stop.raised().is_some() && done.is_err() {
            return Err(Setback::Stopped);
        }
        match done? {
            Done::Probed(probe) => Ok(probe),
            Done::Certified(_) => {
                Err(Fault::new("bug", "starting an engine", "the judge did something else").into())
            }
        }
    }

    /// Ends the lease in the transaction of what `effect` does.
    fn end(
        &self,
        lease: &Lease,
        effect: impl FnOnce(&dyn Transaction) -> Result<(), Refused>,
    ) -> WorkOutcome {
        let now = self.0.service.now();
        Ok(write(&*self.0.service.ledger, |records| {
            effect(records)?;
            if records.end(lease, &WorkEnd::Done, now)? { Ok(()) } else { Err(lost()) }
        })?)
    }
}

fn move_on(
    records: &dyn Transaction,
    build: BuildId,
    event: BuildEvent,
    reason: Option<&str>,
    at: Timestamp,
) -> Result<(), Refused> {
    let system = Actor::system();
    let change = Change { reason: reason.map(short), ..Change::of(build, event, &system) };
    apply(records, &change, at).map(drop)
}
