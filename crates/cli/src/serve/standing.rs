//! Figures of the moment, for the page of metrics.

use std::sync::PoisonError;

use assay_core::ledger;
use assay_core::work::WorkKind;
use assay_server::metrics::Standing;
use jiff::Timestamp;

use super::probes::{Crew, room};
use super::rooms::Rooms;
use crate::folder::DataFolder;

/// What looks them up. A figure that cannot be found out is left out.
pub(super) fn of(rooms: &Rooms, workers: Crew) -> Box<dyn Fn() -> Standing + Send + Sync> {
    let (service, folder, registry) = (rooms.service.clone(), rooms.folder.clone(), rooms.registry.clone());
    Box::new(move || {
        let now = service.now();
        let queue = ledger::read(&*service.ledger, |records| {
            let oldest = WorkKind::ALL.into_iter().map(|kind| Ok((kind, records.next_due(kind)?)));
            Ok((records.work_counts()?, oldest.collect::<Result<Vec<_>, assay_core::Refused>>()?))
        });
        let (work, due) = queue.unwrap_or_default();
        let waiting = |(kind, due): (WorkKind, Option<Timestamp>)| {
            let seconds = now.duration_since(due?).as_secs();
            Some((kind, seconds.max(0)))
        };
        let crew = workers.lock().unwrap_or_else(PoisonError::into_inner);
        Standing {
            work,
            oldest: due.into_iter().filter_map(waiting).collect(),
            workers: crew.as_ref().map(|crew| crew.running() as u64),
            sessions: Some(registry.open_uploads() as u64),
            advisories_age: advisories_age(&folder, now),
            disk: room(folder.root()),
        }
    })
}

/// Seconds since the oldest part of the advisories was current.
fn advisories_age(folder: &DataFolder, now: Timestamp) -> Option<i64> {
    let database = crate::command::advisories(folder).ok()??;
    let facts = database.facts();
    facts.as_of.values().min().map(|as_of| now.duration_since(*as_of).as_secs().max(0))
}
