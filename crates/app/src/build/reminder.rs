//! Approvers are reminded of a build that waits, and told when it has waited too long.

use assay_core::build::LifecycleEvent;
use assay_core::ledger::Transaction;
use assay_core::notice::names;
use assay_core::work::{NewWork, WorkKind};
use assay_core::{Actor, BuildId, BuildStage, Refused};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use crate::notice;

/// A time at which somebody is told that a build waits still.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Reminder {
    /// It waits; a nudge.
    Due,
    /// It has waited longer than was promised.
    Overdue,
}

impl Reminder {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Due, Self::Overdue];

    /// How long after the waiting began.
    pub fn after(self) -> SignedDuration {
        SignedDuration::from_hours(match self {
            Self::Due => 24,
            Self::Overdue => 72,
        })
    }

    /// The event's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Due => names::APPROVAL_REMINDER,
            Self::Overdue => names::APPROVAL_OVERDUE,
        }
    }

    /// The key of its [`WorkKind::Timer`] work.
    pub fn key(self, build: BuildId) -> String {
        match self {
            Self::Due => format!("reminder:{build}"),
            Self::Overdue => format!("overdue:{build}"),
        }
    }

    /// The reminder and build that a key of timer work stands for; nothing when it stands for something else.
    pub fn of_key(key: &str) -> Option<(Self, BuildId)> {
        let (word, build) = key.split_once(':')?;
        let build = BuildId(build.parse().ok()?);
        Self::ALL
            .into_iter()
            .find(|one| one.key(build).split(':').next() == Some(word))
            .map(|one| (one, build))
    }
}

/// Lets time run from `at`, when the waiting began.
pub(super) fn set_up(records: &dyn Transaction, build: BuildId, at: Timestamp) -> Result<(), Refused> {
    for one in Reminder::ALL {
        let work = NewWork {
            kind: WorkKind::Timer,
            key: one.key(build),
            payload: json!({ "build": build }),
            not_before: at.checked_add(one.after()).unwrap_or(Timestamp::MAX),
            max_attempts: 8,
        };
        records.enqueue(&work, at)?;
    }
    Ok(())
}

/// The waiting is over.
pub(super) fn call_off(records: &dyn Transaction, build: BuildId, at: Timestamp) -> Result<(), Refused> {
    for one in Reminder::ALL {
        records.cancel(WorkKind::Timer, &one.key(build), at)?;
    }
    Ok(())
}

/// The time has come: writes the event, when the build waits still, and lets those know who want to. Belongs into the
/// transaction that ends the timer's work. Tells whether anybody was reminded.
///
/// # Errors
/// Faults of the store.
pub fn remind(
    records: &dyn Transaction,
    reminder: Reminder,
    build: BuildId,
    at: Timestamp,
) -> Result<bool, Refused> {
    let waits = records.build(build)?.filter(|build| build.stage == BuildStage::AwaitingApproval);
    let Some(build) = waits else { return Ok(false) };
    let status = build.status.name().to_owned();
    let mut event = LifecycleEvent {
        sequence: 0,
        at,
        name: reminder.name().into(),
        engine: build.engine,
        build: Some(build.id),
        org: build.org,
        from: Some(status.clone()),
        to: status,
        user: None,
        actor: Actor::system().name,
        reason: None,
        details: json!({ "waitingSince": build.modified_at, "number": build.number, "stage": build.stage.name() }),
    };
    event.sequence = records.append_event(&event)?;
    notice::on_event(records, &event, at)?;
    Ok(true)
}
