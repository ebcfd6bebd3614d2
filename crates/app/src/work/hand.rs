//! One piece of work from its lease to its end.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use assay_core::ledger::{Transaction, read, write};
use assay_core::work::{Lease, Work, WorkEnd, WorkKind};
use assay_core::{Fault, Refused};
use jiff::Timestamp;
use uuid::Uuid;

use super::handler::lost;
use super::{Backoff, Handler, Setback, StopFlag, StopReason, TRACE, WorkOutcome};
use crate::Service;
use crate::conclude::said;

/// Takes work, has it done and ends it.
#[derive(Clone)]
pub struct Hand {
    /// The service.
    pub service: Service,
    /// Who does which kind.
    pub handlers: Arc<BTreeMap<WorkKind, Arc<dyn Handler>>>,
    /// How long a lease lasts unless it is renewed.
    pub lease: Duration,
    /// How long to wait before trying again.
    pub backoff: Backoff,
    /// Names this process to others.
    pub worker: Uuid,
}

impl std::fmt::Debug for Hand {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Hand").field("worker", &self.worker).finish_non_exhaustive()
    }
}

impl Hand {
    /// When the next work of `kind` can be claimed; may lie in the past.
    ///
    /// # Errors
    /// Faults of the store.
    pub fn next_due(&self, kind: WorkKind) -> Result<Option<Timestamp>, Refused> {
        read(&*self.service.ledger, |records| records.next_due(kind))
    }

    /// Leases work of `kind` that is due.
    ///
    /// # Errors
    /// Faults of the store.
    pub fn claim(&self, kind: WorkKind) -> Result<Option<Lease>, Refused> {
        let now = self.service.now();
        if self.next_due(kind)?.is_none_or(|due| due > now) {
            return Ok(None);
        }
        write(&*self.service.ledger, |records| records.claim(kind, self.worker, now, self.lease))
    }

    /// Has the work done. A panic is a fault.
    pub fn carry_out(&self, lease: &Lease, stop: &StopFlag) -> WorkOutcome {
        let Some(handler) = self.handlers.get(&lease.work.kind) else {
            return Err(Setback::Broke(Fault::new("bug", "doing work", "nobody does work of this kind")));
        };
        catch_unwind(AssertUnwindSafe(|| handler.run(lease, stop)))
            .unwrap_or_else(|panic| Err(Setback::Broke(Fault::new("panic", "doing the work", said(&*panic)))))
    }

    /// Ends the lease as the outcome wants it, unless the handler has.
    ///
    /// # Errors
    /// Faults of the store; the lease runs out then, and the work is claimed again.
    pub fn settle(&self, lease: &Lease, outcome: WorkOutcome, stop: &StopFlag) -> Result<(), Refused> {
        match outcome {
            Ok(()) | Err(Setback::Lost) => Ok(()),
            Err(Setback::Stopped) => match stop.raised() {
                Some(StopReason::Lost) => Ok(()),
                Some(StopReason::Overdue) => self.put_back(lease, overdue()),
                Some(StopReason::Shutdown) | None => self.end(lease, &WorkEnd::HandedBack),
            },
            Err(Setback::Broke(fault)) => self.put_back(lease, fault),
            Err(Setback::Hopeless(fault)) => self.give_up(lease, &fault),
        }
    }

    /// Lets what every other worker had leased be done again at once, for whoever knows that they are dead.
    ///
    /// # Errors
    /// Faults of the store.
    pub fn take_over(&self) -> Result<(), Refused> {
        let now = self.service.now();
        let left = write(&*self.service.ledger, |records| records.expire_leases(self.worker, now))?;
        if left > 0 {
            tracing::info!(target: TRACE, left, "work that others left is done again");
        }
        Ok(())
    }

    /// Gives up work whose every worker was lost.
    ///
    /// # Errors
    /// Faults of the store.
    pub fn bury_lost(&self) -> Result<(), Refused> {
        let now = self.service.now();
        write(&*self.service.ledger, |records| {
            for work in records.bury_lost(now)? {
                let fault = work.last_fault.clone().unwrap_or_else(overdue);
                self.gave_up(records, &work, &fault, now)?;
            }
            Ok(())
        })
    }

    /// Renews leases; returns those that are lost.
    ///
    /// # Errors
    /// Faults of the store.
    pub fn renew<'a>(&self, leases: &[&'a Lease]) -> Result<Vec<&'a Lease>, Refused> {
        let until = self.service.now().checked_add(self.lease).unwrap_or(Timestamp::MAX);
        write(&*self.service.ledger, |records| {
            let mut lost = Vec::new();
            for lease in leases {
                if !records.heartbeat(lease, until)? {
                    lost.push(*lease);
                }
            }
            Ok(lost)
        })
    }

    fn put_back(&self, lease: &Lease, fault: Fault) -> Result<(), Refused> {
        let Work { id, kind, key, attempts, max_attempts, .. } = &lease.work;
        if attempts >= max_attempts {
            return self.give_up(lease, &fault);
        }
        tracing::warn!(target: TRACE, work = id.0, kind = kind.name(), key, attempts, %fault, "work broke");
        let wait = self.backoff.after(*attempts, &*self.service.ids);
        let at = self.service.now().checked_add(wait).unwrap_or(Timestamp::MAX);
        self.end(lease, &WorkEnd::Retry { fault, at })
    }

    fn give_up(&self, lease: &Lease, fault: &Fault) -> Result<(), Refused> {
        let now = self.service.now();
        unless_lost(write(&*self.service.ledger, |records| {
            if !records.end(lease, &WorkEnd::Dead(fault.clone()), now)? {
                return Err(lost());
            }
            self.gave_up(records, &lease.work, fault, now)
        }))
    }

    fn gave_up(
        &self,
        records: &dyn Transaction,
        work: &Work,
        fault: &Fault,
        now: Timestamp,
    ) -> Result<(), Refused> {
        let (kind, attempts) = (work.kind.name(), work.attempts);
        tracing::error!(target: TRACE, work = work.id.0, kind, key = work.key, attempts, %fault, "work was given up");
        match self.handlers.get(&work.kind) {
            Some(handler) => handler.gave_up(records, work, fault, now),
            None => super::alert(records, work, fault, now),
        }
    }

    fn end(&self, lease: &Lease, end: &WorkEnd) -> Result<(), Refused> {
        let now = self.service.now();
        write(&*self.service.ledger, |records| records.end(lease, end, now).map(drop))
    }
}

/// Having lost the lease is no trouble: somebody else sees to the work.
fn unless_lost(result: Result<(), Refused>) -> Result<(), Refused> {
    match result {
        Err(refused) if refused == lost() => Ok(()),
        other => other,
    }
}

fn overdue() -> Fault {
    Fault::new("work-overdue", "doing the work", "it took longer than work of its kind may take").retryable()
}
