//! Who approved a build.

use assay_core::BuildStatus;
use assay_core::build::{BuildEvent, LifecycleEvent};
use assay_core::report::Approval;

/// The approval that holds: the last one, unless the build went back or was refused after it.
pub(super) fn approval(events: &[LifecycleEvent]) -> Option<Approval> {
    let mut approval = None;
    for event in events {
        match BuildStatus::named(&event.to) {
            Some(BuildStatus::Approved) => approval = Some(of(event)),
            Some(
                BuildStatus::Available
                | BuildStatus::Pending
                | BuildStatus::Disapproved
                | BuildStatus::Invalid,
            ) => approval = None,
            _ => {}
        }
    }
    approval
}

fn of(event: &LifecycleEvent) -> Approval {
    let cause = event.details.get("event").and_then(|cause| cause.as_str()).unwrap_or_default();
    Approval {
        by: event.actor.clone(),
        at: event.at,
        reason: event.reason.clone(),
        automatic: cause == BuildEvent::AutoApproved.key(),
    }
}
