//! What people do with builds: submit, withdraw, approve, disapprove, reopen, invalidate, deploy, pause, unpause, delete.

use assay_core::build::BuildAction;
use assay_core::ledger::write;
use assay_core::{Actor, Build, BuildId, Refused};

use super::transition::{Change, apply};
use crate::Service;

/// Does `action` with a build, for `reason`.
///
/// # Errors
/// What [`apply`] refuses.
pub fn act(
    service: &Service,
    actor: &Actor,
    build: BuildId,
    action: BuildAction,
    reason: Option<&str>,
) -> Result<Build, Refused> {
    let reason = reason.map(str::trim).filter(|reason| !reason.is_empty()).map(str::to_owned);
    let change = Change { reason, ..Change::of(build, action.event(), actor) };
    let now = service.now();
    write(&*service.ledger, |records| apply(records, &change, now))
}
