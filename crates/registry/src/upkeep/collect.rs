//! Removing what nobody uses, while the service runs.
//!
//! A blob goes in two steps. When no manifest of a repository points to it and nobody has asked for it for the grace, it
//! is taken out of the repository's sight; when no repository sees it any more, it is doomed. After another grace its
//! record and then its file are removed, unless it was pushed again meanwhile. Whoever asks whether a blob is there, and
//! is told yes, has half a grace at least to use it.
//!
//! A blob counts against a quota only while a repository of the organization sees it; files on their way out count against
//! nobody, so for one grace the disk can hold as much again.

use std::time::{Duration, SystemTime};

use assay_core::Refused;
use assay_core::ledger::Transaction;
use jiff::Timestamp;

use crate::registry::Registry;

/// Blobs looked at in one call.
const STRIDE: u32 = 256;

/// Folders of blobs: one for each first byte, for either hash.
const SHELVES: u16 = 512;

/// Folders looked through in one call.
const SHELVES_AT_ONCE: u16 = 16;

/// What one call did.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Collected {
    /// Blobs taken out of a repository's sight.
    pub hidden: u32,
    /// Blobs doomed.
    pub doomed: u32,
    /// Blobs removed.
    pub removed: u32,
    /// Bytes of the blobs removed.
    pub bytes: u64,
    /// Files removed that no record knew, left by a crash.
    pub orphans: u32,
}

impl Collected {
    /// Whether there was nothing to do.
    pub fn is_idle(&self) -> bool {
        *self == Self::default()
    }
}

/// Does one step of the collection.
///
/// # Errors
/// Faults of records and disk; what was done until then stays done.
pub fn collect(registry: &Registry) -> Result<Collected, Refused> {
    let now = registry.parts.clock.now();
    let before = earlier(now, registry.options.grace);
    let mut done = Collected {
        hidden: hide_needless(registry, before)?,
        doomed: doom_unseen(registry, now)?,
        ..Collected::default()
    };
    for blob in registry.read(|records| records.doomed_blobs(before, STRIDE))? {
        let forget = || registry.write(|records| records.forget_blob(&blob.digest));
        if registry.files.remove(&blob.digest, forget)? {
            done.removed += 1;
            done.bytes += blob.size;
        }
    }
    done.orphans = remove_orphans(registry, before)?;
    Ok(done)
}

/// Looking goes through whole tables, so it only reads; while others wait for the writer, just the few found are looked
/// at once more.
fn hide_needless(registry: &Registry, before: Timestamp) -> Result<u32, Refused> {
    let found = registry.read(|records| records.needless_blobs(before, STRIDE))?;
    count(registry, &found, |records, (repository, digest)| {
        records.hide_needless_blob(repository, digest, before)
    })
}

fn doom_unseen(registry: &Registry, now: Timestamp) -> Result<u32, Refused> {
    let found = registry.read(|records| records.unseen_blobs(STRIDE))?;
    count(registry, &found, |records, digest| records.doom_blob(digest, now))
}

/// Does `step` with each of `found` in one transaction; how often it did something.
fn count<T>(
    registry: &Registry,
    found: &[T],
    step: impl Fn(&dyn Transaction, &T) -> Result<bool, Refused>,
) -> Result<u32, Refused> {
    if found.is_empty() {
        return Ok(0);
    }
    registry.write(|records| {
        let mut done = 0;
        for one in found {
            done += u32::from(step(records, one)?);
        }
        Ok(done)
    })
}

/// What would go if every grace ended now: blobs and their bytes.
///
/// # Errors
/// Faults of the records.
pub fn collectable(registry: &Registry) -> Result<(u64, u64), Refused> {
    let before = earlier(registry.parts.clock.now(), registry.options.grace);
    registry.read(|records| records.unused_blobs(before))
}

/// Goes on to the next folders of blobs, and removes files there that no record knows: pushes that broke off after their
/// file was in its place.
fn remove_orphans(registry: &Registry, before: Timestamp) -> Result<u32, Refused> {
    const TASK: &str = "registry-orphans";
    let at = registry.read(|records| records.cursor(TASK))?;
    let first = at.and_then(|at| at.parse::<u16>().ok()).filter(|at| *at < SHELVES).unwrap_or(0);
    let mut removed = 0;
    for shelf in first..first + SHELVES_AT_ONCE {
        for digest in registry.files.shelved(shelf, SystemTime::from(before))? {
            let unknown = || registry.read(|records| Ok(records.stored_blob(&digest)?.is_none()));
            removed += u32::from(unknown()? && registry.files.remove(&digest, unknown)?);
        }
    }
    registry.write(|records| records.set_cursor(TASK, Some(&(first + SHELVES_AT_ONCE).to_string())))?;
    Ok(removed)
}

pub(super) fn earlier(now: Timestamp, by: Duration) -> Timestamp {
    now.checked_sub(by).unwrap_or(Timestamp::MIN)
}
