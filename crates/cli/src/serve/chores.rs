//! The chores, one round of each.

use std::time::Duration;

use assay_app::work::StopFlag;
use assay_app::{Refused, Service};
use assay_core::{Fault, ledger};
use assay_image::Store;
use assay_server::listen::Certificates;

use super::probes::{SandboxFound, room};
use crate::folder::DataFolder;

/// How often some of the stored bytes are compared with their digests, and how many at least.
pub(super) const SCRUB: Duration = Duration::from_secs(60);
const SCRUB_BYTES: u64 = 64 << 20;

/// Removes blobs that nobody uses, step by step until there are none or the service stops.
pub(super) fn collect(registry: &assay_registry::Registry, stop: &StopFlag) -> Result<(), Refused> {
    while stop.raised().is_none() {
        let done = assay_registry::collect(registry)?;
        if done.is_idle() {
            break;
        }
        tracing::info!(?done, "collected");
    }
    Ok(())
}

pub(super) fn sweep(registry: &assay_registry::Registry) -> Result<(), Refused> {
    let swept = assay_registry::sweep(registry);
    if swept.uploads > 0 {
        tracing::info!(?swept, "resting uploads swept");
    }
    Ok(())
}

/// As many bytes as it takes to get through all in `pace`.
pub(super) fn scrub(
    registry: &assay_registry::Registry,
    folder: &DataFolder,
    pace: Duration,
) -> Result<(), Refused> {
    let used = room(folder.root()).map_or(0, |(free, size)| size.saturating_sub(free));
    let share = SCRUB.as_secs_f64() / pace.as_secs_f64().max(1.0);
    let budget = ((used as f64 * share) as u64).max(SCRUB_BYTES);
    let done = assay_registry::scrub(registry, budget)?;
    for found in &done.found {
        tracing::error!(?found, "stored bytes are damaged");
    }
    Ok(())
}

pub(super) fn forget(service: &Service, remember: Duration) -> Result<(), Refused> {
    let before = service.now().checked_sub(remember).unwrap_or(jiff::Timestamp::MIN);
    // Each piece is a transaction of its own, so that others can write in between.
    let piece = || {
        ledger::write(&*service.ledger, |records| {
            Ok(records.forget_deliveries(before)?.saturating_add(records.forget_ended(before)?))
        })
    };
    while piece()? > 0 {}
    Ok(())
}

pub(super) fn layers(
    folder: &DataFolder,
    service: &Service,
    bytes: u64,
    age: Duration,
) -> Result<(), Refused> {
    Store::open(&folder.images())?.sweep(bytes, age, service.now())?;
    Ok(())
}

/// What runs left that were ended from outside, at the start and now and then.
pub(super) fn leftovers(folder: &DataFolder) -> Result<(), Refused> {
    crate::command::sandbox(folder)?.sweep()?;
    drop(folder.new_run()?);
    Ok(())
}

/// Archives whose upload or whose service broke off before there was a build of them. Those of builds are removed once they
/// are read, long before.
pub(super) fn archives(folder: &DataFolder, service: &Service, remember: Duration) -> Result<(), Refused> {
    let before = service.now().checked_sub(remember).unwrap_or(jiff::Timestamp::MIN);
    let failed = |cause| Fault::io("clearing old archives", cause);
    let entries = match std::fs::read_dir(folder.archives()) {
        Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        entries => entries.map_err(failed)?,
    };
    for entry in entries {
        let entry = entry.map_err(failed)?;
        let written = entry.metadata().and_then(|about| about.modified()).map_err(failed)?;
        if jiff::Timestamp::try_from(written).is_ok_and(|written| written < before) {
            std::fs::remove_file(entry.path()).map_err(failed)?;
        }
    }
    Ok(())
}

/// Tries the sandbox and notes what was found, for whoever asks whether the service is ready.
pub(super) fn try_sandbox(folder: &DataFolder, found: &SandboxFound) -> Result<(), Refused> {
    let looked = crate::command::sandbox_health(folder);
    *found.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = Some(looked);
    Ok(())
}

pub(super) fn refresh(certificates: &Certificates) -> Result<(), Refused> {
    if certificates.refresh()? {
        tracing::info!("certificates read again");
    }
    Ok(())
}
