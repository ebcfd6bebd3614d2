//! Which waivers count for a build.

use assay_core::ledger::Transaction;
use assay_core::report::Report;
use assay_core::rules::WaiverSubject;
use assay_core::{Build, Digest, Refused, Waiver};
use jiff::Timestamp;

/// The waivers in force at `now` for the build's engine or image.
///
/// # Errors
/// Faults of the store.
pub fn active(records: &dyn Transaction, build: &Build, now: Timestamp) -> Result<Vec<Waiver>, Refused> {
    let granted = records.granted_waivers(build.org, Some(build.engine), &digests(records, build)?)?;
    Ok(granted.into_iter().filter(|waiver| waiver.in_force(now)).collect())
}

/// What waivers of the build are held against. `report` adds the digest of the very image judged, which is another than
/// that of the push where an index was pushed.
pub fn subject(build: &Build, report: Option<&Report>) -> WaiverSubject {
    let judged = report.and_then(|report| report.subject.digest.clone());
    let mut digests: Vec<Digest> = build.digest.iter().cloned().chain(judged).collect();
    digests.dedup();
    WaiverSubject { engine: Some(build.engine), digests }
}

fn digests(records: &dyn Transaction, build: &Build) -> Result<Vec<Digest>, Refused> {
    Ok(subject(build, crate::report::stored(records, build)?.as_ref()).digests)
}
