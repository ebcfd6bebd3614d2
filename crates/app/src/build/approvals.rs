//! The queue of builds that wait for a person.

use assay_core::ledger::read;
use assay_core::records::{BuildFilter, Page};
use assay_core::{Actor, Build, Engine, Refused};
use jiff::{SignedDuration, Timestamp};

use super::reminder::Reminder;
use super::seen::engine_of;
use crate::{Service, page, scope};

/// A build that waits for a person.
#[derive(Clone, PartialEq, Debug)]
pub struct Waiting {
    /// The build.
    pub build: Build,
    /// Its engine.
    pub engine: Engine,
    /// Since when it waits.
    pub since: Timestamp,
    /// For how long.
    pub age: SignedDuration,
}

impl Waiting {
    /// Whether approvers have been reminded, or should have been.
    pub fn is_due(&self) -> bool {
        self.age >= Reminder::Due.after()
    }

    /// Whether it has waited longer than was promised.
    pub fn is_overdue(&self) -> bool {
        self.age >= Reminder::Overdue.after()
    }
}

/// Builds that wait for a person, those that have waited longest first: of the actor's organization, or of all for
/// operators.
///
/// # Errors
/// `invalid-page`; faults of the store.
pub fn approvals(service: &Service, actor: &Actor, page: Page) -> Result<Vec<Waiting>, Refused> {
    scope::reads(actor)?;
    page::check(page)?;
    let now = service.now();
    let filter =
        BuildFilter { org: scope::org(actor, None)?, awaiting_approval: true, ..BuildFilter::default() };
    read(&*service.ledger, |records| {
        let waiting = records.builds(&filter, page)?;
        let told = |build: Build| {
            let (engine, since) = (engine_of(records, &build)?, build.modified_at);
            Ok(Waiting { build, engine, since, age: now.duration_since(since) })
        };
        waiting.into_iter().map(told).collect()
    })
}
