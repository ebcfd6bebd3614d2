//! The table of lifecycle.md §5: what may happen to a build that stands where, and where it stands then.

use super::{BuildEvent, Standing, Who};
use crate::build::{BuildStage, BuildStatus};

/// A row: `event` moves a build from one of `from` to `to`, when `who` causes it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Transition {
    /// What happens.
    pub event: BuildEvent,
    /// Where the build may stand before.
    pub from: &'static [Standing],
    /// Who may cause it.
    pub who: Who,
    /// Where it stands after.
    pub to: Standing,
    /// The event's name in the log and in messages (lifecycle.md §8; those that §8 does not name follow its manner).
    pub name: &'static str,
}

const UPLOADED: Standing = Standing::at(BuildStatus::Uploaded);
const FETCHING: Standing = Standing::at(BuildStatus::Fetching);
const AVAILABLE: Standing = Standing::at(BuildStatus::Available);
const INVALID: Standing = Standing::at(BuildStatus::Invalid);
const JUDGED: Standing = Standing::pending(BuildStage::Certification);
const WAITING: Standing = Standing::pending(BuildStage::AwaitingApproval);
const APPROVED: Standing = Standing::at(BuildStatus::Approved);
const DISAPPROVED: Standing = Standing::at(BuildStatus::Disapproved);
const DEPLOYING: Standing = Standing::at(BuildStatus::Deploying);
const DEPLOYED: Standing = Standing::at(BuildStatus::Deployed);
const DEPLOY_FAILED: Standing = Standing::at(BuildStatus::DeployFailed);
const PAUSED: Standing = Standing::at(BuildStatus::Paused);
const DELETED: Standing = Standing::at(BuildStatus::Deleted);

/// Every transition there is; what is not listed cannot happen. One row an event.
pub const TABLE: &[Transition] = &[
    row(BuildEvent::FetchStarted, &[UPLOADED], Who::Service, FETCHING, "EngineBuildManifestProcessing"),
    row(BuildEvent::IntakePassed, &[FETCHING], Who::Service, AVAILABLE, "EngineBuildManifestProcessed"),
    row(BuildEvent::IntakeFailed, &[FETCHING], Who::Service, INVALID, "EngineBuildManifestProcessed"),
    row(BuildEvent::Submit, &[AVAILABLE], Who::Developer, JUDGED, "EngineBuildSubmit"),
    row(BuildEvent::AutoSubmitted, &[AVAILABLE], Who::Service, JUDGED, "EngineBuildSubmit"),
    row(BuildEvent::Withdraw, &[JUDGED, WAITING], Who::Developer, AVAILABLE, "EngineBuildWithdraw"),
    row(BuildEvent::SecurityPassed, &[JUDGED], Who::Service, JUDGED, "EngineBuildVulnerabilityChecked"),
    row(BuildEvent::SecurityFailed, &[JUDGED], Who::Service, DISAPPROVED, "EngineBuildVulnerabilityChecked"),
    row(
        BuildEvent::CertificationPassed,
        &[JUDGED, WAITING],
        Who::Service,
        WAITING,
        "EngineBuildTestReportDone",
    ),
    row(
        BuildEvent::CertificationHeld,
        &[JUDGED, WAITING],
        Who::Service,
        WAITING,
        "EngineBuildTestReportDone",
    ),
    row(
        BuildEvent::CertificationFailed,
        &[JUDGED, WAITING],
        Who::Service,
        DISAPPROVED,
        "EngineBuildTestReportDone",
    ),
    row(BuildEvent::CertificationBroken, &[JUDGED], Who::Service, JUDGED, "EngineBuildCertificationBroken"),
    row(BuildEvent::AutoApproved, &[WAITING], Who::Service, APPROVED, "EngineBuildApproved"),
    row(BuildEvent::Approve, &[WAITING], Who::Approver, APPROVED, "EngineBuildApproved"),
    row(BuildEvent::Disapprove, &[WAITING], Who::Approver, DISAPPROVED, "EngineBuildDisapprove"),
    row(BuildEvent::Reopen, &[DISAPPROVED], Who::Approver, JUDGED, "EngineBuildReopen"),
    row(
        BuildEvent::Invalidate,
        &[AVAILABLE, JUDGED, WAITING, APPROVED],
        Who::Approver,
        INVALID,
        "EngineBuildInvalidate",
    ),
    row(BuildEvent::Deploy, &[APPROVED, DEPLOY_FAILED], Who::Developer, DEPLOYING, "EngineBuildDeploy"),
    row(BuildEvent::DeploySucceeded, &[DEPLOYING], Who::Service, DEPLOYED, "engineBuildDeploySuccess"),
    row(BuildEvent::DeployFailed, &[DEPLOYING], Who::Service, DEPLOY_FAILED, "engineBuildDeployFail"),
    row(BuildEvent::Pause, &[DEPLOYED], Who::Developer, PAUSED, "EngineBuildPause"),
    row(BuildEvent::Displaced, &[DEPLOYED], Who::Service, PAUSED, "EngineBuildPause"),
    row(BuildEvent::EngineDisabled, &[DEPLOYED], Who::Service, PAUSED, "EngineBuildPause"),
    row(BuildEvent::Unpause, &[PAUSED], Who::Developer, DEPLOYED, "EngineBuildUnpause"),
    row(
        BuildEvent::ModelTightened,
        &[JUDGED, WAITING, APPROVED, DEPLOY_FAILED, PAUSED],
        Who::Service,
        AVAILABLE,
        "EngineBuildRecertify",
    ),
    row(
        BuildEvent::Delete,
        &[INVALID, DISAPPROVED, APPROVED, DEPLOY_FAILED, PAUSED, AVAILABLE, DEPLOYED],
        Who::Developer,
        DELETED,
        "EngineBuildDelete",
    ),
];

const fn row(
    event: BuildEvent,
    from: &'static [Standing],
    who: Who,
    to: Standing,
    name: &'static str,
) -> Transition {
    Transition { event, from, who, to, name }
}
