//! Renews the leases of running work and watches the time it takes.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use assay_core::Clock;
use assay_core::work::{Lease, WorkKind};

use super::{Hand, Handler, Setback, StopFlag, StopReason, TRACE};

/// How long a handler may take to heed that it has to stop, before its thread is given up.
const HEEDING: Duration = Duration::from_secs(60);

/// Work under way, by a number of its own.
#[derive(Default)]
pub(super) struct Running {
    rows: Mutex<(u64, BTreeMap<u64, Row>)>,
}

#[derive(Clone)]
struct Row {
    lease: Lease,
    stop: StopFlag,
    /// By the clock's count, when it has to be over.
    limit: Duration,
}

impl Running {
    /// Notes that work has begun; returns its number.
    pub(super) fn begin(
        &self,
        lease: &Lease,
        stop: &StopFlag,
        handler: Option<&dyn Handler>,
        clock: &dyn Clock,
    ) -> u64 {
        let allowed = handler.map_or(Duration::ZERO, Handler::limit);
        let row =
            Row { lease: lease.clone(), stop: stop.clone(), limit: clock.elapsed().saturating_add(allowed) };
        let mut rows = self.lock();
        rows.0 += 1;
        let number = rows.0;
        rows.1.insert(number, row);
        number
    }

    /// Notes that it is over; `false` when it was given up meanwhile.
    pub(super) fn end(&self, number: u64) -> bool {
        self.lock().1.remove(&number).is_some()
    }

    /// Tells all of it to stop.
    pub(super) fn stop(&self, reason: StopReason) {
        self.lock().1.values().for_each(|row| row.stop.raise(reason));
    }

    /// How much there is.
    pub(super) fn count(&self) -> usize {
        self.lock().1.len()
    }

    /// Renews what runs, stops what is lost or overdue, and gives up what does not heed. Returns the kinds of what was
    /// given up: their workers are missing now.
    pub(super) fn beat(&self, hand: &Hand) -> Vec<WorkKind> {
        let now = hand.service.clock.elapsed();
        for row in self.rows().values().filter(|row| now >= row.limit) {
            row.stop.raise(StopReason::Overdue);
        }
        self.renew(hand);
        let deaf: Vec<u64> = self
            .rows()
            .into_iter()
            .filter(|(_, row)| now >= row.limit.saturating_add(HEEDING))
            .map(|(number, _)| number)
            .collect();
        deaf.into_iter().filter_map(|number| self.give_up(number, hand)).collect()
    }

    fn renew(&self, hand: &Hand) {
        let rows = self.rows();
        let leases: Vec<&Lease> = rows.values().map(|row| &row.lease).collect();
        if leases.is_empty() {
            return;
        }
        match hand.renew(&leases) {
            Ok(lost) => rows
                .values()
                .filter(|row| lost.contains(&&row.lease))
                .for_each(|row| row.stop.raise(StopReason::Lost)),
            // The next beat may do better; a lease outlasts several.
            Err(refused) => tracing::warn!(target: TRACE, %refused, "leases could not be renewed"),
        }
    }

    /// Ends the lease of a handler that hangs. Its thread is left alone: should it come back, its lease is lost.
    fn give_up(&self, number: u64, hand: &Hand) -> Option<WorkKind> {
        let row = self.lock().1.remove(&number)?;
        if let Err(refused) = hand.settle(&row.lease, Err(Setback::Stopped), &row.stop) {
            tracing::warn!(target: TRACE, %refused, "hanging work could not be put back");
        }
        Some(row.lease.work.kind)
    }

    fn rows(&self) -> BTreeMap<u64, Row> {
        self.lock().1.clone()
    }

    fn lock(&self) -> MutexGuard<'_, (u64, BTreeMap<u64, Row>)> {
        self.rows.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
