//! Quotas, where they are kept for certain: in the transaction that makes an organization store more.

use assay_core::ledger::Transaction;
use assay_core::{OrgId, Refused, Rejection};

/// Bytes the organization may store beyond what it stores, and its quota; both are without end where there is none.
pub(crate) fn room(
    records: &dyn Transaction,
    org: OrgId,
    default: Option<u64>,
) -> Result<(u64, u64), Refused> {
    let Some(quota) = records.quota(org)?.or(default) else { return Ok((u64::MAX, u64::MAX)) };
    Ok((quota.saturating_sub(records.bytes_used(org)?), quota))
}

/// Makes `change`, and refuses it when the organization would store more by it than it may; the caller's transaction takes
/// it back then.
pub(crate) fn within_quota<T>(
    records: &dyn Transaction,
    org: OrgId,
    default: Option<u64>,
    change: impl FnOnce() -> Result<T, Refused>,
) -> Result<T, Refused> {
    let before = records.bytes_used(org)?;
    let changed = change()?;
    let used = records.bytes_used(org)?;
    match records.quota(org)?.or(default) {
        Some(quota) if used > before && used > quota => Err(exceeded(quota).into()),
        _ => Ok(changed),
    }
}

pub(crate) fn exceeded(quota: u64) -> Rejection {
    Rejection::new("quota-exceeded", format!("the organization may store {quota} bytes, and this is more"))
        .hint("delete what is not needed, or ask for a larger quota")
}
