//! The law of a build's life: one table says what may happen to it, and everything that is offered, allowed or refused
//! follows from it (lifecycle.md §1, §5, §6).

mod action;
mod event;
mod spell;
mod table;
#[cfg(test)]
mod tests;
mod who;

use crate::Rejection;
use crate::account::{Actor, OrgId};
use crate::build::{Build, BuildStage, BuildStatus};

pub use action::{BuildAction, MenuEntry, allowed, allowed_to, menu, primary};
pub use event::BuildEvent;
pub use spell::{Spell, spells};
pub use table::{TABLE, Transition};
pub use who::Who;

/// How long a refused build can be reopened.
pub const REOPEN_DAYS: i64 = 30;

/// Where a build stands: its status, and within `pending` its stage.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Standing {
    /// Status.
    pub status: BuildStatus,
    /// Stage; `None` but in `pending`.
    pub stage: BuildStage,
}

impl Standing {
    /// In a status that has no stages.
    pub const fn at(status: BuildStatus) -> Self {
        Self { status, stage: BuildStage::None }
    }

    /// In a stage of `pending`.
    pub const fn pending(stage: BuildStage) -> Self {
        Self { status: BuildStatus::Pending, stage }
    }

    /// Every place a build can stand in.
    pub fn all() -> impl Iterator<Item = Self> {
        let stages = [BuildStage::Certification, BuildStage::AwaitingApproval].map(Self::pending);
        let plain =
            BuildStatus::ALL.into_iter().filter(|status| *status != BuildStatus::Pending).map(Self::at);
        plain.chain(stages)
    }
}

impl Build {
    /// Where it stands.
    pub fn standing(&self) -> Standing {
        Standing { status: self.status, stage: self.stage }
    }
}

/// The row by which `event` moves a build of `org` that stands at `from`, caused by `actor`.
///
/// # Errors
/// `transition-refused` naming what is allowed instead, when the table has no such row; `not-allowed` when the row is for
/// others.
pub fn transition(
    from: Standing,
    event: BuildEvent,
    actor: &Actor,
    org: OrgId,
) -> Result<&'static Transition, Rejection> {
    let row = TABLE.iter().find(|row| row.event == event && row.from.contains(&from));
    let row = row.ok_or_else(|| refused(from, event, false))?;
    if row.who.is(actor, org) { Ok(row) } else { Err(not_allowed(row, actor)) }
}

fn not_allowed(row: &Transition, actor: &Actor) -> Rejection {
    let message = format!("`{}` is not for `{}` to do with this build", verb(row.event), actor.name);
    Rejection::new("not-allowed", message).hint(format!("it takes {}", row.who.described()))
}

/// The refusal of an event for a build that stands at `from`.
pub fn refused(from: Standing, event: BuildEvent, engine_disabled: bool) -> Rejection {
    let names: Vec<&str> = allowed(from, engine_disabled).into_iter().map(BuildAction::name).collect();
    let status = from.status.name();
    let hint = if names.is_empty() {
        "nothing can be done with it now".to_owned()
    } else {
        format!("allowed now: {}", names.join(", "))
    };
    let message = format!("`{}` is not possible while a build is `{status}`", verb(event));
    Rejection::new("transition-refused", message)
        .hint(hint)
        .data(serde_json::json!({ "currentStatus": status, "validStateActions": names }))
}

fn verb(event: BuildEvent) -> String {
    event.action().map_or_else(|| format!("{event:?}"), |action| action.name().to_owned())
}
