//! When a certified build is approved without a person.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Grade;
use crate::catalogue::Effect;
use crate::outcome::Verdict;
use crate::report::Report;

/// The rule for automatic approval. It can only hold a build back: the organization has to want automatic approval too.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", default, deny_unknown_fields)]
pub struct AutoApproval {
    /// Whether there is any.
    pub enabled: bool,
    /// With more warnings than this a person decides; no limit when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub warnings_at_most: Option<u32>,
    /// With a known vulnerability of this severity or above, standing against the engine or not, a person decides.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vulnerabilities_below: Option<Grade>,
    /// Whether a report may hold findings that waivers lift.
    pub with_waivers: bool,
    /// Whether a check that is otherwise required may have been left out.
    pub with_checks_left_out: bool,
}

impl Default for AutoApproval {
    fn default() -> Self {
        Self {
            enabled: true,
            warnings_at_most: None,
            vulnerabilities_below: None,
            with_waivers: false,
            with_checks_left_out: false,
        }
    }
}

impl AutoApproval {
    /// Why a person has to decide about this report; nothing when none has to.
    pub fn objections(&self, report: &Report) -> Vec<String> {
        let mut objections = Vec::new();
        if report.verdict != Verdict::Approved {
            objections.push("the certification is not passed".to_owned());
        }
        if !self.enabled {
            objections.push("the policy leaves every approval to a person".to_owned());
        }
        objections.extend(self.too_many_warnings(report));
        objections.extend(self.vulnerable(report));
        objections.extend(self.waived(report));
        objections.extend(self.left_out(report));
        objections
    }

    fn too_many_warnings(&self, report: &Report) -> Option<String> {
        let most = self.warnings_at_most?;
        let count = report.findings.iter().filter(|one| one.effect == Effect::Warn).count();
        (count > most as usize).then(|| format!("warnings: {count}; the policy allows {most}"))
    }

    fn vulnerable(&self, report: &Report) -> Option<String> {
        let least = self.vulnerabilities_below?;
        let grave = |severity: &str| Grade::of_report(severity) >= Some(least);
        let count = report.vulnerabilities.iter().filter(|one| grave(&one.severity)).count();
        let told = format!("known vulnerabilities of severity {} or above: {count}", least.name());
        (count > 0).then_some(told)
    }

    fn waived(&self, report: &Report) -> Option<String> {
        let count = report.findings.iter().filter(|one| one.waiver.is_some()).count();
        let told = format!("findings lifted by waivers: {count}");
        (count > 0 && !self.with_waivers).then_some(told)
    }

    fn left_out(&self, report: &Report) -> Option<String> {
        let skipped = report.stages.iter().filter(|stage| stage.status == "skipped" && stage.name.required());
        let names: Vec<&str> = skipped.map(|stage| stage.name.name()).collect();
        let told = format!("checks left out: {}", names.join(", "));
        (!names.is_empty() && !self.with_checks_left_out).then_some(told)
    }
}
