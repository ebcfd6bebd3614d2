//! What a check came to, and what all of them together come to.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::fault::Fault;
use crate::finding::Finding;

/// The groups of rules that are judged as one; each has one outcome in a report.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Check {
    /// IMG-001…004: digests, media types, limits, safe paths.
    Image,
    /// MAN-…: the engine manifest.
    Manifest,
    /// IMG-005…009: entry point, user, base system.
    Hygiene,
    /// SEC-…: known vulnerabilities.
    Security,
    /// NET-…: what the engine tried to reach.
    Network,
    /// BLD-…, OUT-…: does it start, answer, and answer in the standard's form.
    Build,
    /// BEN-…: measurements.
    Benchmark,
}

impl Check {
    /// Every check, in the order reports show them.
    pub const ALL: [Self; 7] = [
        Self::Image,
        Self::Manifest,
        Self::Hygiene,
        Self::Security,
        Self::Network,
        Self::Build,
        Self::Benchmark,
    ];

    /// The name typed on the command line and shown in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Manifest => "manifest",
            Self::Hygiene => "hygiene",
            Self::Security => "security",
            Self::Network => "network",
            Self::Build => "build",
            Self::Benchmark => "benchmark",
        }
    }

    /// Whether a verdict of approval needs this check concluded.
    pub fn required(self) -> bool {
        !matches!(self, Self::Benchmark)
    }

    /// Whether a caller may leave it out and still get an approval, which then says so. Vulnerability data is not always
    /// at hand; without any of the others nobody would know what was approved.
    pub fn may_be_left_out(self) -> bool {
        matches!(self, Self::Security | Self::Benchmark)
    }
}

/// The result of one check.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "status", rename_all = "kebab-case")]
pub enum Outcome {
    /// It ran to its end; no finding is an error.
    Passed {
        /// Warnings and remarks.
        findings: Vec<Finding>,
    },
    /// It ran to its end and found a rule broken.
    Failed {
        /// At least one of severity error.
        findings: Vec<Finding>,
    },
    /// It was not run.
    Skipped {
        /// Why, in one sentence.
        reason: String,
        /// Whether the caller asked for that (`--without`); otherwise something before it stood in the way.
        asked: bool,
    },
    /// It broke. Neither passed nor failed.
    Errored {
        /// What broke.
        fault: Fault,
        /// What it had found until then.
        findings: Vec<Finding>,
    },
}

impl Outcome {
    /// Passed or failed, as the findings say.
    pub fn from_findings(findings: Vec<Finding>) -> Self {
        if findings.iter().any(|finding| finding.severity == crate::Severity::Error) {
            Self::Failed { findings }
        } else {
            Self::Passed { findings }
        }
    }

    /// The findings, whatever the status.
    pub fn findings(&self) -> &[Finding] {
        match self {
            Self::Passed { findings } | Self::Failed { findings } | Self::Errored { findings, .. } => {
                findings
            }
            Self::Skipped { .. } => &[],
        }
    }

    /// One word for the status.
    pub fn status(&self) -> &'static str {
        match self {
            Self::Passed { .. } => "passed",
            Self::Failed { .. } => "failed",
            Self::Skipped { .. } => "skipped",
            Self::Errored { .. } => "errored",
        }
    }
}

/// The judgement over a build.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Every required check concluded and nothing stands against it.
    Approved,
    /// A rule that disapproves is broken.
    Disapproved,
    /// Not enough is known, or a person has to look.
    Inconclusive,
}
