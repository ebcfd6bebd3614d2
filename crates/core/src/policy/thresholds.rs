//! From which severity a known vulnerability stands against an engine.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::catalogue::Code;

/// Severity of a vulnerability, least first. One that no source rates has none.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Grade {
    /// A score of zero, or a vendor's "unimportant".
    Negligible,
    /// CVSS 0.1 to 3.9.
    Low,
    /// CVSS 4.0 to 6.9.
    Medium,
    /// CVSS 7.0 to 8.9.
    High,
    /// CVSS 9.0 and above.
    Critical,
}

impl Grade {
    /// Every grade, least first.
    pub const ALL: [Self; 5] = [Self::Negligible, Self::Low, Self::Medium, Self::High, Self::Critical];

    /// The word in policies.
    pub fn name(self) -> &'static str {
        match self {
            Self::Negligible => "negligible",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }

    /// The grade a report's `Severity` names: `Critical`; none for `Unknown`.
    pub fn of_report(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|grade| grade.name().eq_ignore_ascii_case(word))
    }
}

/// Which vulnerabilities break SEC-001 and SEC-002.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", default, deny_unknown_fields)]
pub struct Thresholds {
    /// From this severity on, one that has a fix breaks SEC-001.
    pub fixed_vulnerability: Grade,
    /// From this severity on, one without a fix breaks SEC-002.
    pub unfixed_vulnerability: Grade,
    /// So many of those without a fix are only warned of.
    pub unfixed_at_most: u32,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self {
            fixed_vulnerability: Grade::Critical,
            unfixed_vulnerability: Grade::Critical,
            unfixed_at_most: 0,
        }
    }
}

impl Thresholds {
    /// The rule that a vulnerability of this severity breaks, if any.
    pub fn broken(&self, grade: Option<Grade>, fixed: bool) -> Option<Code> {
        let (least, code) = if fixed {
            (self.fixed_vulnerability, Code::SEC_001)
        } else {
            (self.unfixed_vulnerability, Code::SEC_002)
        };
        (grade >= Some(least)).then_some(code)
    }

    /// What SEC-001 and SEC-002 expect under these lines, in words.
    pub fn expected(&self, code: Code) -> String {
        let (least, kind) = match code {
            Code::SEC_001 => (self.fixed_vulnerability, "with a fix available"),
            Code::SEC_002 => (self.unfixed_vulnerability, "without a fix"),
            _ => return code.rule().checks.into(),
        };
        match least {
            Grade::Critical => code.rule().checks.into(),
            least => format!("no vulnerability of severity {} or above {kind}", least.name()),
        }
    }

    /// Whether `count` vulnerabilities without a fix may be tolerated.
    pub fn tolerate_unfixed(&self, count: usize) -> bool {
        u32::try_from(count).is_ok_and(|count| count <= self.unfixed_at_most)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn severities_are_compared_with_the_line_of_their_kind() {
        let lines = Thresholds { fixed_vulnerability: Grade::High, ..Thresholds::default() };
        assert_eq!(lines.broken(Some(Grade::High), true), Some(Code::SEC_001));
        assert_eq!(lines.broken(Some(Grade::High), false), None);
        assert_eq!(lines.broken(Some(Grade::Critical), false), Some(Code::SEC_002));
        assert_eq!(lines.broken(Some(Grade::Medium), true), None);
        assert_eq!(lines.broken(None, true), None, "what nobody rates is told elsewhere");
        assert_eq!((Grade::of_report("High"), Grade::of_report("Unknown")), (Some(Grade::High), None));
    }
}
