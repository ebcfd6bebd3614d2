//! Trying a policy on what was judged already: whose verdict would be another, and why. Reports keep every finding with
//! its severity, so effects and verdicts are computed anew and nothing is run.

mod derive;

use assay_core::ledger::{Transaction, read};
use assay_core::policy::PolicyName;
use assay_core::records::{BuildFilter, Page};
use assay_core::report::{Report, ReportedFinding};
use assay_core::{
    Actor, Build, BuildId, BuildStatus, Effect, EngineId, OrgId, Policy, Refused, Rules, Verdict,
};
use jiff::Timestamp;
use serde::Serialize;

use super::versions::{may_read, named};
use crate::report::{judged_anew, stored};
use crate::{Service, scope, waiver};
use derive::Derived;

/// Builds looked at in one transaction: their reports are large.
const AT_ONCE: u32 = 50;

/// Builds tried at most: each costs the reading of a report.
const MOST: u32 = 2000;

/// Those whose verdict matters now.
const STATUSES: [BuildStatus; 3] = [BuildStatus::Deployed, BuildStatus::Approved, BuildStatus::Pending];

/// What came of trying a policy.
#[derive(Clone, PartialEq, Default, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Trial {
    /// Builds whose verdict was computed anew.
    pub tried: u32,
    /// Builds that were never certified, or whose report cannot be read; nothing is known of them.
    pub unknown: Vec<BuildId>,
    /// Builds whose verdict would be another, newest first.
    pub changed: Vec<Changed>,
    /// What the trial cannot tell, one sentence each, with the number of builds it is true of.
    pub untold: Vec<(String, u32)>,
}

/// A build whose verdict would be another.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Changed {
    /// The build.
    pub build: BuildId,
    /// Its number.
    pub number: u32,
    /// Its engine.
    pub engine: EngineId,
    /// The engine's name.
    pub engine_name: String,
    /// Its organization.
    pub org: OrgId,
    /// Where it stands.
    pub status: BuildStatus,
    /// The policy it was judged by, `default@1`.
    pub policy: String,
    /// The verdict that stands.
    pub before: Verdict,
    /// The verdict under the policy tried.
    pub after: Verdict,
    /// The findings that make the difference: as they would count, or as they count no longer.
    pub responsible: Vec<ReportedFinding>,
    /// Why the verdict would be what it would be.
    pub reasons: Vec<String>,
}

/// Tries `policy` on the newest report of every deployed, approved and pending build that `actor` may see; of `org` alone
/// when one is named; of the newest 2,000, and it says so when there may be more. Waivers in force now count.
///
/// # Errors
/// `not-found` for an organization out of sight; faults of the store.
pub fn try_on_stored(
    service: &Service,
    actor: &Actor,
    policy: &Policy,
    org: Option<OrgId>,
) -> Result<Trial, Refused> {
    may_read(actor)?;
    policy.validate()?;
    let org = scope::org(actor, org)?;
    let filter = BuildFilter { org, statuses: STATUSES.into(), ..BuildFilter::default() };
    let (mut trial, mut offset, now) = (Trial::default(), 0, service.now());
    loop {
        let page = Page { offset, limit: AT_ONCE };
        let seen = read(&*service.ledger, |records| {
            let builds = records.builds(&filter, page)?;
            for build in &builds {
                trial.take(records, policy, build, now)?;
            }
            Ok(builds.len())
        })?;
        if seen < AT_ONCE as usize {
            return Ok(trial);
        }
        offset += AT_ONCE;
        if offset >= MOST {
            trial.stop_early();
            return Ok(trial);
        }
    }
}

impl Trial {
    fn take(
        &mut self,
        records: &dyn Transaction,
        policy: &Policy,
        build: &Build,
        now: Timestamp,
    ) -> Result<(), Refused> {
        // Until it was certified, a build's report is that of its intake.
        let certified = stored(records, build)?.filter(|_| build.verdict.is_some());
        let Some(before) = certified else {
            self.unknown.push(build.id);
            return Ok(());
        };
        let derived = derive::under(&before, policy, judged_by(records, &before)?.as_ref());
        let waivers = waiver::active(records, build, now)?;
        let rules = Rules { policy, waivers: &waivers, subject: waiver::subject(build, Some(&before)), now };
        let after = judged_anew(&before, &derived.stages, &rules);
        self.note(&derived);
        if after.verdict != before.verdict {
            let engine = records.engine(build.engine)?;
            let name = engine.map(|engine| engine.name).unwrap_or_default();
            self.changed.push(changed(build, name, &before, &after));
        }
        Ok(())
    }

    fn stop_early(&mut self) {
        let told = format!("only the newest {MOST} builds were looked at: nothing is known of older ones");
        self.untold.push((told, MOST));
    }

    fn note(&mut self, derived: &Derived) {
        self.tried += 1;
        for remark in &derived.untold {
            match self.untold.iter_mut().find(|(told, _)| told == remark) {
                Some((_, count)) => *count += 1,
                None => self.untold.push((remark.clone(), 1)),
            }
        }
    }
}

/// The policy that the report was judged by, when it is still known.
fn judged_by(records: &dyn Transaction, report: &Report) -> Result<Option<Policy>, Refused> {
    let name = PolicyName { name: report.policy.name.clone(), number: Some(report.policy.number) };
    match named(records, &name) {
        Ok(policy) => Ok(Some(policy)),
        Err(Refused::Rejection(_)) => Ok(None),
        Err(fault) => Err(fault),
    }
}

fn changed(build: &Build, engine_name: String, before: &Report, after: &Report) -> Changed {
    Changed {
        build: build.id,
        number: build.number,
        engine: build.engine,
        engine_name,
        org: build.org,
        status: build.status,
        policy: format!("{}@{}", before.policy.name, before.policy.number),
        before: before.verdict,
        after: after.verdict,
        responsible: responsible(before, after),
        reasons: after.reasons.clone(),
    }
}

/// Findings that stand against the build in one of the reports and not, or less, in the other.
fn responsible(before: &Report, after: &Report) -> Vec<ReportedFinding> {
    let weight = |report: &Report, one: &ReportedFinding| {
        let same = |other: &&ReportedFinding| other.fingerprint == one.fingerprint;
        report.findings.iter().filter(same).map(|other| other.effect).max().unwrap_or(Effect::Info)
    };
    let heavier = |one: &&ReportedFinding, other: &Report| {
        one.effect >= Effect::Review && weight(other, one) < one.effect
    };
    let graver = after.findings.iter().filter(|one| heavier(one, before));
    let lighter = before.findings.iter().filter(|one| heavier(one, after));
    graver.chain(lighter).cloned().collect()
}
