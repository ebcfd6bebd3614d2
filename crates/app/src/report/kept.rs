//! Reports as documents of the records: kept once by the digest of their bytes, never changed.

use assay_core::ledger::Transaction;
use assay_core::report::Report;
use assay_core::{Build, Digest, Fault, Refused};
use jiff::Timestamp;

/// Media type of a report.
pub const MEDIA_TYPE: &str = "application/vnd.assay.report.v1+json";

/// Keeps a report and returns the digest it is kept by.
///
/// # Errors
/// Faults of the store.
pub fn keep(records: &dyn Transaction, report: &Report, now: Timestamp) -> Result<Digest, Refused> {
    let bytes = serde_json::to_vec(report)
        .map_err(|cause| Fault::new("report", "writing a report as JSON", cause))?;
    let digest = Digest::sha256(&bytes);
    records.keep_document(&digest, MEDIA_TYPE, &bytes, now)?;
    Ok(digest)
}

/// The newest report kept of the build; nothing when there is none, or none that this release can read.
///
/// # Errors
/// Faults of the store.
pub fn stored(records: &dyn Transaction, build: &Build) -> Result<Option<Report>, Refused> {
    let Some(digest) = &build.report else { return Ok(None) };
    let document = records.document(digest)?;
    Ok(document.and_then(|(_, bytes)| serde_json::from_slice(&bytes).ok()))
}
