//! What people can ask to be done with a build, and what is offered for it (lifecycle.md §1).

use serde::{Deserialize, Serialize};

use super::{BuildEvent, Standing, TABLE};
use crate::account::{Actor, OrgId};
use crate::build::BuildStatus;

/// Something a person can ask to be done with a build.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum BuildAction {
    /// Hand it in to be judged.
    Submit,
    /// Take it back.
    Withdraw,
    /// Approve it.
    Approve,
    /// Refuse it.
    Disapprove,
    /// Have it judged anew after a refusal.
    Reopen,
    /// Call it unfit altogether.
    Invalidate,
    /// Put it into service.
    Deploy,
    /// Take it out of service.
    Pause,
    /// Put it back into service.
    Unpause,
    /// Delete it.
    Delete,
}

/// An entry of a build's menu.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum MenuEntry {
    /// Do this.
    Do(BuildAction),
    /// Read what was found.
    DownloadReport,
}

impl BuildAction {
    /// Every action, in the order they are offered.
    pub const ALL: [Self; 10] = [
        Self::Submit,
        Self::Withdraw,
        Self::Approve,
        Self::Disapprove,
        Self::Reopen,
        Self::Invalidate,
        Self::Deploy,
        Self::Pause,
        Self::Unpause,
        Self::Delete,
    ];

    /// What happens when it is done.
    pub fn event(self) -> BuildEvent {
        match self {
            Self::Submit => BuildEvent::Submit,
            Self::Withdraw => BuildEvent::Withdraw,
            Self::Approve => BuildEvent::Approve,
            Self::Disapprove => BuildEvent::Disapprove,
            Self::Reopen => BuildEvent::Reopen,
            Self::Invalidate => BuildEvent::Invalidate,
            Self::Deploy => BuildEvent::Deploy,
            Self::Pause => BuildEvent::Pause,
            Self::Unpause => BuildEvent::Unpause,
            Self::Delete => BuildEvent::Delete,
        }
    }

    /// The name in the public API and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Submit => "submit",
            Self::Withdraw => "withdraw",
            Self::Approve => "approve",
            Self::Disapprove => "disapprove",
            Self::Reopen => "reopen",
            Self::Invalidate => "invalidate",
            Self::Deploy => "deploy",
            Self::Pause => "pause",
            Self::Unpause => "unpause",
            Self::Delete => "delete",
        }
    }

    /// The action of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|action| action.name() == name)
    }

    /// Whether a disabled engine forbids it: nothing is put into service there.
    pub fn needs_enabled_engine(self) -> bool {
        matches!(self, Self::Deploy | Self::Unpause)
    }
}

impl MenuEntry {
    /// The name in the public API.
    pub fn name(self) -> &'static str {
        match self {
            Self::Do(action) => action.name(),
            Self::DownloadReport => "downloadReport",
        }
    }
}

/// What the table allows for a build that stands there, whoever asks.
pub fn allowed(standing: Standing, engine_disabled: bool) -> Vec<BuildAction> {
    let open = |action: &BuildAction| {
        let listed = TABLE.iter().any(|row| row.event == action.event() && row.from.contains(&standing));
        listed && !(engine_disabled && action.needs_enabled_engine())
    };
    BuildAction::ALL.into_iter().filter(open).collect()
}

/// What of that `actor` may do with a build of `org`.
pub fn allowed_to(actor: &Actor, org: OrgId, standing: Standing, engine_disabled: bool) -> Vec<BuildAction> {
    let may =
        |action: &BuildAction| TABLE.iter().any(|row| row.event == action.event() && row.who.is(actor, org));
    allowed(standing, engine_disabled).into_iter().filter(may).collect()
}

/// The one thing to do next with a build that stands there: the button.
pub fn primary(standing: Standing, engine_disabled: bool) -> Option<BuildAction> {
    let button = match standing.status {
        BuildStatus::Available => BuildAction::Submit,
        BuildStatus::Approved | BuildStatus::DeployFailed => BuildAction::Deploy,
        BuildStatus::Deployed => BuildAction::Pause,
        BuildStatus::Paused => BuildAction::Unpause,
        _ => return None,
    };
    allowed(standing, engine_disabled).contains(&button).then_some(button)
}

/// The entries of its menu: the button again, the report when there can be one, and what takes it away.
pub fn menu(standing: Standing, engine_disabled: bool) -> Vec<MenuEntry> {
    let reported = !matches!(
        standing.status,
        BuildStatus::Uploaded | BuildStatus::Fetching | BuildStatus::Deploying | BuildStatus::Deleted
    );
    let delete = allowed(standing, engine_disabled).contains(&BuildAction::Delete);
    let button = primary(standing, engine_disabled).map(MenuEntry::Do);
    let rest =
        [reported.then_some(MenuEntry::DownloadReport), delete.then_some(MenuEntry::Do(BuildAction::Delete))];
    button.into_iter().chain(rest.into_iter().flatten()).collect()
}
