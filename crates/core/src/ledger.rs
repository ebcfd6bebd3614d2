//! The port to the records: transactions, within which every room's records are read and written.

use crate::Refused;
use crate::notice::Notices;
use crate::policy::Policies;
use crate::push::Pushes;
use crate::records::{Accounts, Builds, Documents, Engines};
use crate::registry::RegistryRecords;
use crate::waiver::Waivers;
use crate::work::WorkQueue;

/// Every record, as one transaction sees it. What is written becomes visible to others all at once, or not at all.
pub trait Transaction:
    Accounts + Engines + Builds + Documents + WorkQueue + RegistryRecords + Notices + Pushes + Policies + Waivers
{
}

impl<T> Transaction for T where
    T: Accounts
        + Engines
        + Builds
        + Documents
        + WorkQueue
        + RegistryRecords
        + Notices
        + Pushes
        + Policies
        + Waivers
{
}

/// What is done within a transaction.
pub type Unit<'a> = &'a mut dyn FnMut(&dyn Transaction) -> Result<(), Refused>;

/// Where the records are kept. Use [`read`] and [`write`], which hand results through.
pub trait Ledger: Send + Sync {
    /// Runs `unit` over an unchanging view of the records. Writing in it is a fault.
    fn reading(&self, unit: Unit<'_>) -> Result<(), Refused>;
    /// Runs `unit` alone among writers, and makes what it wrote durable before returning. A refusal undoes all of it.
    fn writing(&self, unit: Unit<'_>) -> Result<(), Refused>;
}

/// Reads records: `unit` sees one unchanging view of them.
///
/// # Errors
/// Whatever `unit` returns, and the store's own faults.
pub fn read<T>(
    ledger: &dyn Ledger,
    unit: impl FnOnce(&dyn Transaction) -> Result<T, Refused>,
) -> Result<T, Refused> {
    carry(|run| ledger.reading(run), unit)
}

/// Changes records: all that `unit` does is kept and durable when this returns, or nothing of it when it is refused.
///
/// # Errors
/// Whatever `unit` returns, and the store's own faults.
pub fn write<T>(
    ledger: &dyn Ledger,
    unit: impl FnOnce(&dyn Transaction) -> Result<T, Refused>,
) -> Result<T, Refused> {
    carry(|run| ledger.writing(run), unit)
}

/// Takes a unit that is run once and returns something through a port whose units return nothing.
fn carry<T>(
    run: impl FnOnce(Unit<'_>) -> Result<(), Refused>,
    unit: impl FnOnce(&dyn Transaction) -> Result<T, Refused>,
) -> Result<T, Refused> {
    let mut unit = Some(unit);
    let mut result = None;
    run(&mut |records| {
        if let Some(unit) = unit.take() {
            result = Some(unit(records)?);
        }
        Ok(())
    })?;
    result.ok_or_else(|| crate::Fault::new("store", "running a transaction", "it was not run").into())
}
