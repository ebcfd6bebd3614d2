//! Putting a build report together.

use assay_core::build::LifecycleEvent;
use assay_core::ledger::Transaction;
use assay_core::report::Report;
use assay_core::{Build, BuildStatus, Refused};
use jiff::Timestamp;

use super::approval::approval;
use super::early::unjudged;
use super::way;
use crate::build::engine_of;
use crate::policy::of_org;
use crate::report::stored;

/// The build's report as of `now`.
///
/// # Errors
/// Faults of the store.
pub fn compose(records: &dyn Transaction, build: &Build, now: Timestamp) -> Result<Report, Refused> {
    let engine = engine_of(records, build)?;
    let events = way::events(records, build)?;
    let report = match stored(records, build)? {
        Some(report) => report,
        None => without_judgement(records, build)?,
    };
    Ok(Report {
        engine_id: build.engine.to_string(),
        build: build.id.to_string(),
        upload_time: build.uploaded_at.as_millisecond(),
        user: pusher(records, build, &events)?,
        image: build.reference.clone(),
        success: report.success && stands(build.status),
        build_status: build.status.name().into(),
        manifest: report.manifest.or_else(|| serde_json::from_str(build.manifest.as_deref()?).ok()),
        approval: approval(&events),
        lifecycle: Some(way::told(records, build, &engine, &events, now)?),
        ..report
    })
}

/// Whether nothing has gone wrong with a build that stands there.
fn stands(status: BuildStatus) -> bool {
    !matches!(
        status,
        BuildStatus::Uploaded | BuildStatus::Fetching | BuildStatus::Invalid | BuildStatus::Disapproved
    )
}

fn without_judgement(records: &dyn Transaction, build: &Build) -> Result<Report, Refused> {
    let why = why_unjudged(build);
    let report = unjudged(&of_org(records, build.org)?, &why);
    Ok(match &build.reason {
        Some(reason) if !stands(build.status) => Report { errors: vec![reason.clone()], ..report },
        _ => report,
    })
}

fn why_unjudged(build: &Build) -> String {
    let reason = build.reason.as_deref().unwrap_or("nobody has said why");
    match build.status {
        _ if build.report.is_some() => "its report cannot be read by this release of the program".into(),
        BuildStatus::Uploaded | BuildStatus::Fetching => "its image is still being read".into(),
        BuildStatus::Available => "it was not submitted yet".into(),
        BuildStatus::Pending => "its certification has not come to an end yet".into(),
        BuildStatus::Invalid => format!("it did not get through intake: {reason}"),
        BuildStatus::Disapproved => format!("it was refused: {reason}"),
        _ => "no certification is on record".into(),
    }
}

/// E-mail address of the pusher; as the log has it where the user is gone.
fn pusher(records: &dyn Transaction, build: &Build, events: &[LifecycleEvent]) -> Result<String, Refused> {
    let user = build.pushed_by.map(|id| records.user(id)).transpose()?.flatten();
    let logged = || events.iter().find(|event| event.user == build.pushed_by && event.user.is_some());
    Ok(user.map(|user| user.email).or_else(|| logged().map(|event| event.actor.clone())).unwrap_or_default())
}
