//! Work that was given up: looking at it, and doing it anew once its cause is mended.

use assay_core::ledger::{read, write};
use assay_core::work::{Work, WorkId, WorkKind};
use assay_core::{Actor, OrgId, Refused, Rejection, Role, Scope};

use crate::Service;

/// Rows of each kind that are listed at most.
const MOST: u32 = 200;

/// Work that was given up, newest first within each kind. Those who run the installation may look.
///
/// # Errors
/// `not-allowed`; faults of the store.
pub fn list(service: &Service, actor: &Actor) -> Result<Vec<Work>, Refused> {
    operate(actor)?;
    read(&*service.ledger, |records| {
        let mut all = Vec::new();
        for kind in WorkKind::ALL {
            all.extend(records.dead_work(kind, MOST)?);
        }
        Ok(all)
    })
}

/// Queues work that was given up anew, with a fresh set of attempts. Those who run the installation may.
///
/// # Errors
/// `not-allowed`; `not-found`; `work-not-dead` when it is not given up, or other work has taken its place; faults of the
/// store.
pub fn revive(service: &Service, actor: &Actor, id: WorkId) -> Result<Work, Refused> {
    operate(actor)?;
    let now = service.now();
    write(&*service.ledger, |records| {
        let missing = || Rejection::new("not-found", format!("there is no work {}", id.0));
        let work = records.work(id)?.ok_or_else(missing)?;
        if records.revive(id, now)? {
            return records.work(id)?.ok_or_else(|| missing().into());
        }
        let message = format!("work {} is {}, or other work has taken its place", id.0, work.state.name());
        Err(Rejection::new("work-not-dead", message).hint("`assay work list` shows what was given up").into())
    })
}

fn operate(actor: &Actor) -> Result<(), Rejection> {
    if actor.is(Role::Admin, OrgId::OPERATORS) && actor.may(Scope::Admin) {
        return Ok(());
    }
    Err(Rejection::new("not-allowed", "only an admin of the operators may do this"))
}
