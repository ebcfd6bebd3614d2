//! Certification: a submitted build is judged, and the verdict moves it.

use std::time::Duration;

use assay_core::build::BuildEvent;
use assay_core::build::lifecycle::Standing;
use assay_core::ledger::{Transaction, write};
use assay_core::report::{Report, Stage};
use assay_core::work::{Lease, Work, WorkEnd, WorkKind};
use assay_core::{Actor, Build, BuildId, BuildStage, Check, Digest, Effect, Fault, Policy, Refused, Verdict};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::brief::{Brief, address_report};
use super::intake::short;
use super::live::Telling;
use super::order::Task;
use super::port::Done;
use super::{Pipeline, payload};
use crate::build::Change;
use crate::build::transition::apply;
use crate::certification::Certified;
use crate::work::{Handler, Setback, StopFlag, WorkOutcome, alert, lost};
use crate::{policy, report, waiver};

/// Where a build stands that is being judged.
const JUDGED: Standing = Standing::pending(BuildStage::Certification);

/// How long the lease holds at least while an attempt that broke is put away.
const ENDING: Duration = Duration::from_secs(60);

/// What the work is about.
#[derive(Deserialize)]
pub(super) struct About {
    pub(super) build: BuildId,
}

/// Does [`WorkKind::Certification`].
pub(super) struct Certification(pub(super) Pipeline);

/// What an attempt brought.
struct Attempt<'a> {
    report: Report,
    policy: &'a Policy,
    /// Name of the bundle.
    evidence: String,
    steps: Vec<Telling>,
}

impl Handler for Certification {
    fn kind(&self) -> WorkKind {
        WorkKind::Certification
    }

    /// Each order has its own limit, which the judge keeps; this one is for when even that fails.
    fn limit(&self) -> Duration {
        Duration::from_secs(2 * 3600)
    }

    fn run(&self, lease: &Lease, stop: &StopFlag) -> WorkOutcome {
        let About { build } = payload(lease)?;
        let brief = Brief::of(&self.0.service, build)?;
        let Some(brief) = brief.filter(|brief| brief.build.standing() == JUDGED) else {
            return self.nothing_to_do(lease);
        };
        self.0.crash.reach("certification-begun");
        let attempt = self.judge(&brief, lease, stop)?;
        self.0.crash.reach("certification-kept");
        match broken(&attempt.report) {
            Some(fault) => self.keep_broken(&brief.build, lease, &attempt, fault),
            None => self.conclude(&brief.build, lease, &attempt),
        }
    }

    /// Trouble of ours is no verdict: the build stays where it is, and the operators have to look.
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
        let Some(build) = build.filter(|build| build.standing() == JUDGED) else { return Ok(()) };
        let system = Actor::system();
        let change = Change::of(build.id, BuildEvent::CertificationBroken, &system)
            .because(short(&format!("the certification broke: {fault}")))
            .with_details(json!({ "work": work.id, "attempts": work.attempts }));
        apply(records, &change, at).map(drop)
    }
}

impl Certification {
    fn judge<'a>(&self, brief: &'a Brief, lease: &Lease, stop: &StopFlag) -> Result<Attempt<'a>, Setback> {
        let Pipeline { service, judge, live, reach, .. } = &self.0;
        let aside = self.0.evidence().begin(brief.build.id, lease)?;
        let order = brief.order(Task::Certify, reach, aside.path());
        let following = live.follow(brief.build.id, lease.work.attempts, &*service.clock);
        let done = judge.carry_out(&order, &following, stop);
        if stop.raised().is_some_and(|reason| reason != crate::work::StopReason::Shutdown || done.is_err()) {
            return Err(Setback::Stopped);
        }
        let Done::Certified(certified) = done? else {
            return Err(Fault::new("bug", "judging a build", "the judge did something else").into());
        };
        self.0.crash.reach("certification-judged");
        let Certified { mut report, raw_manifest, .. } = *certified;
        address_report(&mut report, &brief.build, &brief.pusher);
        let evidence = aside.keep(&report, raw_manifest.as_deref())?;
        Ok(Attempt { report, policy: &brief.policy, evidence, steps: following.steps() })
    }

    fn conclude(&self, build: &Build, lease: &Lease, attempt: &Attempt<'_>) -> WorkOutcome {
        let now = self.0.service.now();
        write(&*self.0.service.ledger, |records| {
            attempt.as_of(records, build, now)?.decide(records, build, now)?;
            if records.end(lease, &WorkEnd::Done, now)? { Ok(()) } else { Err(lost()) }
        })?;
        self.0.crash.reach("certification-committed");
        Ok(())
    }

    /// The report of a broken attempt is kept for people; it decides nothing.
    fn keep_broken(&self, build: &Build, lease: &Lease, attempt: &Attempt<'_>, fault: Fault) -> WorkOutcome {
        let now = self.0.service.now();
        write(&*self.0.service.ledger, |records| {
            if !records.heartbeat(lease, now.checked_add(ENDING).unwrap_or(Timestamp::MAX))? {
                return Err(lost());
            }
            let digest = report::keep(records, &attempt.report, now)?;
            match records.build(build.id)?.filter(|build| build.standing() == JUDGED) {
                Some(build) => records.update_build(&Build { report: Some(digest), ..build }),
                None => Ok(()),
            }
        })?;
        Err(Setback::Broke(fault))
    }

    /// The build was withdrawn, or is judged already.
    fn nothing_to_do(&self, lease: &Lease) -> WorkOutcome {
        let now = self.0.service.now();
        Ok(write(&*self.0.service.ledger, |records| records.end(lease, &WorkEnd::Done, now).map(drop))?)
    }
}

impl Attempt<'_> {
    /// The attempt by the waivers that count at this moment: one may have been granted or have expired since it began.
    fn as_of(&self, records: &dyn Transaction, build: &Build, at: Timestamp) -> Result<Attempt<'_>, Refused> {
        Ok(Attempt {
            report: waiver::up_to_date(records, build, &self.report, at)?,
            policy: self.policy,
            evidence: self.evidence.clone(),
            steps: self.steps.clone(),
        })
    }

    /// Moves the build as the report calls for.
    fn decide(&self, records: &dyn Transaction, build: &Build, at: Timestamp) -> Result<(), Refused> {
        match self.security() {
            Some(false) => {
                return self.apply(records, build, BuildEvent::SecurityFailed, &self.first_reason(), at);
            }
            Some(true) => {
                let system = Actor::system();
                apply(records, &Change::of(build.id, BuildEvent::SecurityPassed, &system), at)?;
            }
            None => {}
        }
        let settlement = policy::settlement(records, build.org, self.policy, &self.report)?;
        self.apply(records, build, settlement.event, &settlement.reason, at)
    }

    fn apply(
        &self,
        records: &dyn Transaction,
        build: &Build,
        event: BuildEvent,
        reason: &str,
        at: Timestamp,
    ) -> Result<(), Refused> {
        let system = Actor::system();
        let digest = report::keep(records, &self.report, at)?;
        let change = Change::of(build.id, event, &system)
            .because(short(reason))
            .with_details(self.details(&digest))
            .judged(policy::judgement(&self.report, digest));
        apply(records, &change, at).map(drop)
    }

    fn details(&self, report: &Digest) -> Value {
        json!({
            "report": report,
            "verdict": self.report.verdict,
            "evidence": self.evidence,
            "steps": self.steps,
        })
    }

    /// Whether the security check passed or stands against the build; nothing when it is not that clear.
    fn security(&self) -> Option<bool> {
        let stage = self.report.stages.iter().find(|stage| stage.name == Check::Security)?;
        let against = |least| {
            let of_it = self.report.findings.iter().filter(|one| one.stage == Check::Security);
            of_it.filter(|one| one.effect >= least).count() > 0
        };
        match () {
            () if against(Effect::Disapprove) && self.report.verdict == Verdict::Disapproved => Some(false),
            () if stage.status == "passed" && !against(Effect::Review) => Some(true),
            () => None,
        }
    }

    fn first_reason(&self) -> String {
        self.report.reasons.iter().take(3).cloned().collect::<Vec<_>>().join("; ")
    }
}

/// What broke, when that keeps the report from being a judgement. What is proven wrong stays wrong whatever else broke.
fn broken(report: &Report) -> Option<Fault> {
    let needed = |stage: &&Stage| stage.name.required() && stage.fault.is_some();
    let fault = report.stages.iter().find(needed)?.fault.clone()?;
    (report.verdict != Verdict::Disapproved).then_some(fault)
}
