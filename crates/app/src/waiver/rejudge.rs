//! Judging again what waits for a person, when a waiver begins or ceases to count.

use assay_core::build::lifecycle::Standing;
use assay_core::ledger::Transaction;
use assay_core::records::{BuildFilter, Page};
use assay_core::report::Report;
use assay_core::waiver::{WaiverScope, WaiverStatus};
use assay_core::{
    Actor, Build, BuildId, BuildStage, BuildStatus, Effect, Policy, Refused, Rejection, Rules, Verdict,
    Waiver,
};
use jiff::Timestamp;

use super::inforce::{active, subject};
use crate::build::transition::{Change, apply};
use crate::policy::{judgement, named, settlement};
use crate::report::{evidence, keep, rejudged, stored};

/// Builds read at once.
const AT_ONCE: u32 = 200;

/// A build that was judged again with another verdict.
#[derive(Clone, PartialEq, Debug, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Rejudged {
    /// The build.
    pub build: BuildId,
    /// Its number.
    pub number: u32,
    /// The verdict before.
    pub before: Verdict,
    /// The verdict now.
    pub after: Verdict,
    /// Where it stands now.
    pub status: BuildStatus,
}

/// Judges every build anew that waits for a person and that `waiver` is about. Its report is written anew where a
/// finding counts otherwise than before; where the verdict is another, the build moves as after a certification.
///
/// # Errors
/// Faults of the store.
pub fn rejudge(records: &dyn Transaction, waiver: &Waiver, now: Timestamp) -> Result<Vec<Rejudged>, Refused> {
    let mut moved = Vec::new();
    for build in waiting(records, waiver)? {
        moved.extend(rejudge_one(records, &build, waiver, now)?);
    }
    Ok(moved)
}

/// Builds that wait for a person. Read whole before any is moved, so that no page shifts meanwhile.
fn waiting(records: &dyn Transaction, waiver: &Waiver) -> Result<Vec<Build>, Refused> {
    let engine = match waiver.scope {
        WaiverScope::Engine(engine) => Some(engine),
        WaiverScope::Digest(_) => None,
    };
    let filter =
        BuildFilter { org: Some(waiver.org), engine, awaiting_approval: true, ..BuildFilter::default() };
    let (mut builds, mut offset) = (Vec::new(), 0);
    loop {
        let found = records.builds(&filter, Page { offset, limit: AT_ONCE })?;
        let last = found.len() < AT_ONCE as usize;
        builds.extend(found);
        if last {
            return Ok(builds);
        }
        offset += AT_ONCE;
    }
}

fn rejudge_one(
    records: &dyn Transaction,
    build: &Build,
    waiver: &Waiver,
    now: Timestamp,
) -> Result<Option<Rejudged>, Refused> {
    let Some(before) = stored(records, build)? else { return Ok(None) };
    if !waiver.covers(&subject(build, Some(&before))) {
        return Ok(None);
    }
    let after = up_to_date(records, build, &before, now)?;
    if after.findings == before.findings {
        return Ok(None);
    }
    let digest = keep(records, &after, now)?;
    if after.verdict == before.verdict {
        records.update_build(&Build { report: Some(digest), ..build.clone() })?;
        return Ok(None);
    }
    let policy = named(records, &judged_by(&before))?;
    let settled = settlement(records, build.org, &policy, &after)?;
    let system = Actor::system();
    let change = Change::of(build.id, settled.event, &system)
        .because(format!("judged again, because {}: {}", what_happened(waiver), settled.reason))
        .with_details(serde_json::json!({ "waiver": waiver.id }))
        .judged(judgement(&after, digest));
    let moved = apply(records, &change, now)?;
    Ok(Some(Rejudged {
        build: build.id,
        number: build.number,
        before: before.verdict,
        after: after.verdict,
        status: moved.status,
    }))
}

/// The report by the policy it was judged by and the waivers that count now. Where that changes no finding it comes back
/// as it is.
///
/// # Errors
/// Faults of the store.
pub fn up_to_date(
    records: &dyn Transaction,
    build: &Build,
    report: &Report,
    now: Timestamp,
) -> Result<Report, Refused> {
    let policy = named(records, &judged_by(report))?;
    let waivers = active(records, build, now)?;
    let rules = Rules { policy: &policy, waivers: &waivers, subject: subject(build, Some(report)), now };
    let judged = rejudged(report, &rules);
    Ok(if judged.findings == report.findings { report.clone() } else { judged })
}

fn judged_by(report: &Report) -> assay_core::policy::PolicyName {
    assay_core::policy::PolicyName { name: report.policy.name.clone(), number: Some(report.policy.number) }
}

fn what_happened(waiver: &Waiver) -> String {
    let decider = waiver.approver.as_ref().map(|party| party.name.as_str()).unwrap_or_default();
    let verb = if waiver.status == WaiverStatus::Granted { "granted" } else { "revoked" };
    format!("{decider} {verb} a waiver for {}", waiver.code)
}

/// Refuses the approval of a build that no person can approve: something disapproves it, something is not known that has
/// to be (rules with the effect `hold`, GOV-001), or a waiver it rests on counts no longer.
///
/// # Errors
/// `not-approvable`; faults of the store.
pub fn refuse_unapprovable(records: &dyn Transaction, build: &Build, now: Timestamp) -> Result<(), Refused> {
    let waiting = build.standing() == Standing::pending(BuildStage::AwaitingApproval);
    let Some(report) = (if waiting { stored(records, build)? } else { None }) else { return Ok(()) };
    let report = up_to_date(records, build, &report, now)?;
    let policy = named(records, &judged_by(&report))?;
    let standing = report.findings.iter().filter(|one| one.effect >= Effect::Hold);
    let mut reasons: Vec<String> =
        standing.map(|one| format!("{}: {}", one.finding.code, one.finding.observed)).collect();
    reasons.extend(unfinished(&report, &policy));
    if reasons.is_empty() {
        return Ok(());
    }
    let shown: Vec<&str> = reasons.iter().take(3).map(String::as_str).collect();
    let message = format!("this build cannot be approved by anybody: {}", shown.join("; "));
    Err(Rejection::new("not-approvable", message)
        .hint("withdraw it and submit it again once that is mended, or disapprove it")
        .data(serde_json::json!({ "reasons": reasons }))
        .into())
}

/// Checks that had to conclude and did not (GOV-001).
fn unfinished(report: &Report, policy: &Policy) -> Vec<String> {
    let rules = Rules::of(policy);
    let stages = evidence(report);
    let open = stages.iter().filter(|(check, judged)| rules.is_unfinished(**check, &judged.outcome));
    open.map(|(check, _)| format!("the {} check did not conclude", check.name())).collect()
}
