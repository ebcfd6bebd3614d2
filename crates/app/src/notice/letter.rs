//! How a person is told: the words, and of a report what stands against the build.

use std::collections::BTreeMap;

use assay_core::Effect;
use assay_core::notice::Audience;
use assay_core::report::{Report, ReportedFinding};

use super::Occasion;
use super::wording::Words;

/// Findings told in a letter; the rest is counted.
const MOST_FINDINGS: usize = 5;

/// What a letter says.
#[derive(Clone, PartialEq, Debug)]
pub struct Letter {
    /// To whom, as what.
    pub audience: Audience,
    /// Of what; nothing for an alert.
    pub occasion: Option<Occasion>,
    /// Display name of the organization.
    pub organization: String,
    /// The words.
    pub words: Words,
    /// What the report says.
    pub findings: Option<Findings>,
}

/// Of a report what a letter tells.
#[derive(Clone, PartialEq, Debug)]
pub struct Findings {
    /// The weightiest, those that stand against the build first.
    pub top: Vec<ReportedFinding>,
    /// How many more stand against it.
    pub more: usize,
    /// How many warnings there are beside.
    pub warnings: usize,
    /// The checks and what they came to, as names.
    pub checks: Vec<(String, String)>,
    /// Known vulnerabilities by severity.
    pub vulnerabilities: BTreeMap<String, u64>,
    /// Policy judged under.
    pub policy: String,
}

impl Letter {
    pub(super) fn new(
        audience: Audience,
        occasion: Option<Occasion>,
        organization: String,
        words: Words,
        report: Option<&Report>,
    ) -> Self {
        Self { audience, occasion, organization, words, findings: report.map(Findings::of) }
    }
}

impl Findings {
    fn of(report: &Report) -> Self {
        let against: Vec<&ReportedFinding> = report.standing_against().collect();
        Self {
            top: against.iter().take(MOST_FINDINGS).copied().cloned().collect(),
            more: against.len().saturating_sub(MOST_FINDINGS),
            warnings: report.findings.iter().filter(|one| one.effect == Effect::Warn).count(),
            checks: report
                .stages
                .iter()
                .map(|stage| (stage.name.name().to_owned(), stage.status.clone()))
                .collect(),
            vulnerabilities: report.vulnerability_counts.clone(),
            policy: format!("{}@{}", report.policy.name, report.policy.number),
        }
    }
}
