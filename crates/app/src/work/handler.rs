//! What does one kind of work.

use std::time::Duration;

use assay_core::ledger::Transaction;
use assay_core::notice::Alert;
use assay_core::work::{Lease, Work, WorkKind};
use assay_core::{Fault, Refused};
use jiff::Timestamp;

use super::StopFlag;
use crate::notice;

/// Does one kind of work. Called from as many threads at once as the kind has workers.
pub trait Handler: Send + Sync {
    /// The kind.
    fn kind(&self) -> WorkKind;

    /// How long one attempt may take. Then `stop` is raised, and a handler that does not heed it is given up.
    fn limit(&self) -> Duration {
        Duration::from_secs(10 * 60)
    }

    /// Does the work, and ends the lease in the transaction that keeps what came of it: `records.end(lease, …)` there, and
    /// when that is `false`, [`Setback::Lost`], which undoes the transaction. Ends early when `stop` is raised.
    fn run(&self, lease: &Lease, stop: &StopFlag) -> WorkOutcome;

    /// The work is given up after its last attempt. Called in the transaction that says so; tells whoever has to look after
    /// it. The default alerts the operators.
    ///
    /// # Errors
    /// Faults of the store.
    fn gave_up(
        &self,
        records: &dyn Transaction,
        work: &Work,
        fault: &Fault,
        at: Timestamp,
    ) -> Result<(), Refused> {
        alert(records, work, fault, at)
    }
}

/// Nothing when the handler has ended the lease itself; otherwise why it has not.
pub type WorkOutcome = Result<(), Setback>;

/// Why work came to nothing this time.
#[derive(Clone, PartialEq, Debug)]
pub enum Setback {
    /// Something broke. It is tried again later, unless this was the last attempt.
    Broke(Fault),
    /// It cannot be done however often it is tried.
    Hopeless(Fault),
    /// The lease was lost, or the work called off; nothing was kept.
    Lost,
    /// It ended early, because it was told to.
    Stopped,
}

impl From<Fault> for Setback {
    fn from(fault: Fault) -> Self {
        Self::Broke(fault)
    }
}

/// Nobody is there whom a rejection could be told: what was asked for cannot be done.
impl From<Refused> for Setback {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Fault(fault) if fault.kind == LOST => Self::Lost,
            Refused::Fault(fault) => Self::Broke(fault),
            Refused::Rejection(rejection) => {
                let fault = Fault::new(rejection.code, "doing the work", &rejection.message);
                Self::Hopeless(Fault { hint: rejection.hint, ..fault })
            }
        }
    }
}

/// The kind of fault by which a transaction undoes itself because the lease is lost.
const LOST: &str = "lease-lost";

/// Undoes the transaction it is returned from: the lease is another's.
pub(crate) fn lost() -> Refused {
    Fault::new(LOST, "ending the work", "another worker has it, or it was called off").into()
}

/// Tells the operators that work was given up, once for each piece of work and fault.
///
/// # Errors
/// Faults of the store.
pub fn alert(records: &dyn Transaction, work: &Work, fault: &Fault, at: Timestamp) -> Result<(), Refused> {
    let kind = work.kind.name();
    let alert = Alert {
        key: format!("work/{}/{}", work.id.0, at.as_microsecond()),
        title: format!("{kind} work was given up"),
        text: format!("After {} attempts at {kind} `{}`: {fault}", work.attempts, work.key),
        hint: Some(fault.hint.clone().unwrap_or_else(|| {
            format!("mend the cause, then queue it anew with `assay work revive {}`", work.id.0)
        })),
        build: None,
    };
    notice::alert(records, alert, at)
}
