//! What has to be done by the clock: reminders, and the housekeeping.

use assay_core::build::BuildStatus;
use assay_core::ledger::{Transaction, read, write};
use assay_core::work::{Lease, NewWork, Work, WorkEnd, WorkKind};
use assay_core::{Fault, Refused};
use jiff::{SignedDuration, Timestamp};

use super::Pipeline;
use crate::build::reminder::{Reminder, remind};
use crate::work::{Handler, Setback, StopFlag, WorkOutcome, alert, lost};

/// Key of the housekeeping's work.
const HOUSEKEEPING: &str = "housekeeping";
/// How often it is done.
const EVERY: SignedDuration = SignedDuration::from_hours(1);

/// Does [`WorkKind::Timer`].
pub(super) struct Timer(pub(super) Pipeline);

impl Handler for Timer {
    fn kind(&self) -> WorkKind {
        WorkKind::Timer
    }

    fn run(&self, lease: &Lease, _: &StopFlag) -> WorkOutcome {
        let now = self.0.service.now();
        match (lease.work.key.as_str(), Reminder::of_key(&lease.work.key)) {
            (HOUSEKEEPING, _) => {
                self.keep_house()?;
                self.0.crash.reach("housekeeping-done");
                self.end(lease, |_| Ok(()))
            }
            (_, Some((reminder, build))) => {
                self.end(lease, |records| remind(records, reminder, build, now).map(drop))
            }
            (key, None) => Err(Setback::Hopeless(Fault::new("bug", "looking at the clock", key))),
        }
    }

    /// The housekeeping comes up again whatever stood in its way this time.
    fn gave_up(
        &self,
        records: &dyn Transaction,
        work: &Work,
        fault: &Fault,
        at: Timestamp,
    ) -> Result<(), Refused> {
        alert(records, work, fault, at)?;
        match work.key.as_str() {
            HOUSEKEEPING => {
                schedule_housekeeping(records, at.checked_add(EVERY).unwrap_or(Timestamp::MAX), at)
            }
            _ => Ok(()),
        }
    }
}

impl Timer {
    /// Removes images that no build has in service any more.
    fn keep_house(&self) -> Result<(), Refused> {
        let ledger = &*self.0.service.ledger;
        self.0.runtime().collect(|id| {
            let build = read(ledger, |records| records.build(id)).map_err(fault)?;
            Ok(build.is_some_and(|build| in_service(build.status)))
        })?;
        Ok(())
    }

    /// Ends the lease in the transaction of what `effect` does. The housekeeping comes up again.
    fn end(
        &self,
        lease: &Lease,
        effect: impl FnOnce(&dyn Transaction) -> Result<(), Refused>,
    ) -> WorkOutcome {
        let now = self.0.service.now();
        Ok(write(&*self.0.service.ledger, |records| {
            effect(records)?;
            if !records.end(lease, &WorkEnd::Done, now)? {
                return Err(lost());
            }
            if lease.work.key == HOUSEKEEPING {
                schedule_housekeeping(records, now.checked_add(EVERY).unwrap_or(Timestamp::MAX), now)?;
            }
            Ok(())
        })?)
    }
}

/// Sees to it that the housekeeping comes up, at `at` if it is not waited for already.
pub(super) fn schedule_housekeeping(
    records: &dyn Transaction,
    at: Timestamp,
    now: Timestamp,
) -> Result<(), Refused> {
    let work = NewWork {
        kind: WorkKind::Timer,
        key: HOUSEKEEPING.into(),
        payload: serde_json::Value::Null,
        not_before: at,
        max_attempts: 10,
    };
    records.enqueue(&work, now).map(drop)
}

/// Whether a build in this status may need its image in the runtime store.
fn in_service(status: BuildStatus) -> bool {
    matches!(status, BuildStatus::Deploying | BuildStatus::Deployed | BuildStatus::Paused)
}

fn fault(refused: Refused) -> Fault {
    match refused {
        Refused::Fault(fault) => fault,
        Refused::Rejection(rejection) => Fault::new(rejection.code, "reading a build", rejection.message),
    }
}
