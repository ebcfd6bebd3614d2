//! The security check, first form: what packages an image holds, and which known vulnerabilities they have.
//!
//! An image is read into an [`inventory`], every package is held against a local [`database`] by the version order of its
//! own system ([`versions`]), and what comes out is judged. The scan fails closed: whatever could not be recognised,
//! read or compared withholds approval (SEC-004), because an empty list of findings must mean "nothing found", never
//! "nothing looked at".

pub mod database;
pub mod import;
pub mod inventory;
mod judge;
mod matching;
pub mod versions;

use assay_core::report::{SecurityFacts, Vulnerability};
use assay_core::{Finding, Policy};
use assay_image::View;
use jiff::Timestamp;

pub use database::Database;
pub use inventory::Inventory;

/// What the security check found out.
#[derive(Clone, PartialEq, Default, Debug)]
pub struct SecurityResult {
    /// Findings under SEC-001 to SEC-004, weightiest first.
    pub findings: Vec<Finding>,
    /// How complete the scan was.
    pub facts: SecurityFacts,
    /// Every vulnerability found, of any severity.
    pub vulnerabilities: Vec<Vulnerability>,
}

/// Judges the packages of the image in `view` by `database`, as of `now`. Without a database, with data older than the
/// policy allows, or when the scan was incomplete, a finding under SEC-004 withholds approval.
pub fn check(view: &View, database: Option<&Database>, policy: &Policy, now: Timestamp) -> SecurityResult {
    judge(&inventory::take(view), database, policy, now)
}

/// Judges an inventory taken before: when the database changes, images need not be read again.
pub fn judge(
    inventory: &Inventory,
    database: Option<&Database>,
    policy: &Policy,
    now: Timestamp,
) -> SecurityResult {
    judge::judge(inventory, database, policy, now)
}
