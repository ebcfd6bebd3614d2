//! Names of what is told, as endpoints ask for them and messages carry them: those of the events (lifecycle.md §8), and
//! those of messages that no step in a build's life causes.

use crate::build::lifecycle::TABLE;

/// A build waits for a person, for longer than it should.
pub const APPROVAL_REMINDER: &str = "ApprovalReminder";
/// A build waits for a person, for longer than was promised.
pub const APPROVAL_OVERDUE: &str = "ApprovalOverdue";
/// A certification broke as often as it is tried.
pub const CERTIFICATION_BROKEN: &str = "EngineBuildCertificationBroken";
/// An image was found to be wrong, or right, in form.
pub const MANIFEST_PROCESSED: &str = "EngineBuildManifestProcessed";
/// The security check ended.
pub const VULNERABILITY_CHECKED: &str = "EngineBuildVulnerabilityChecked";
/// The certification ended.
pub const TEST_REPORT_DONE: &str = "EngineBuildTestReportDone";
/// A build was approved, by a person or a rule.
pub const APPROVED: &str = "EngineBuildApproved";
/// A person refused a build.
pub const DISAPPROVE: &str = "EngineBuildDisapprove";
/// A person called a build unfit.
pub const INVALIDATE: &str = "EngineBuildInvalidate";
/// What was judged no longer holds, since the engine may reach less.
pub const RECERTIFY: &str = "EngineBuildRecertify";
/// A build is live.
pub const DEPLOY_SUCCESS: &str = "engineBuildDeploySuccess";
/// A build could not be copied or started.
pub const DEPLOY_FAIL: &str = "engineBuildDeployFail";
/// Trouble of ours.
pub const OPERATOR_ALERT: &str = "OperatorAlert";
/// A trial of the way.
pub const PING: &str = "Ping";

/// What is told although it is no row of the builds' table.
const OTHERS: [&str; 11] = [
    "EngineBuildCreate",
    "EngineBuildUpload",
    APPROVAL_REMINDER,
    APPROVAL_OVERDUE,
    "EngineCreate",
    "EngineUpdate",
    "EngineDisable",
    "EngineEnable",
    "EngineDelete",
    "EngineUndelete",
    OPERATOR_ALERT,
];

/// Every name an endpoint can ask for, sorted. A ping comes unasked.
pub fn all() -> Vec<&'static str> {
    let mut names: Vec<&str> = TABLE.iter().map(|row| row.name).chain(OTHERS).collect();
    names.sort_unstable();
    names.dedup();
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_used_here_are_the_tables() {
        let table: Vec<&str> = TABLE.iter().map(|row| row.name).collect();
        let ours = [
            CERTIFICATION_BROKEN,
            MANIFEST_PROCESSED,
            VULNERABILITY_CHECKED,
            TEST_REPORT_DONE,
            APPROVED,
            DISAPPROVE,
            INVALIDATE,
            RECERTIFY,
            DEPLOY_SUCCESS,
            DEPLOY_FAIL,
        ];
        for name in ours {
            assert!(table.contains(&name), "{name} is in the table");
        }
    }

    #[test]
    fn every_name_is_explained() {
        let page = include_str!("../../../../docs/notifications.md");
        for name in all().into_iter().chain([PING]) {
            assert!(page.contains(&format!("`{name}`")), "docs/notifications.md tells nothing of {name}");
        }
    }
}
