//! A policy: what each broken rule leads to, the limits that checks measure against, and what else an organization may
//! decide about its engines. How findings become a verdict is told in [`crate::rules`].

mod approval;
mod base;
mod checks;
mod limits;
mod thresholds;
mod version;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::catalogue::{Code, Effect};
use crate::finding::{Finding, Severity};
use crate::outcome::{Check, Outcome, Verdict};
use crate::rejection::Rejection;
use crate::rules::Rules;

pub use approval::AutoApproval;
pub use base::{MalformedBase, TrustedBase, is_about_trust, untrusted};
pub use checks::CheckRules;
pub use limits::Limits;
pub use thresholds::{Grade, Thresholds};
pub use version::{MalformedPolicyName, Policies, PolicyName, PolicyVersion};

/// A numbered set of decisions, never edited once used.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", default, deny_unknown_fields)]
pub struct Policy {
    /// Version number, counted from 1.
    pub number: u32,
    /// Name for people.
    pub name: String,
    /// What it is for, one sentence.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Departures from the catalogue's default effects.
    pub effects: BTreeMap<Code, Effect>,
    /// Which checks are left out, and which may not be.
    pub checks: CheckRules,
    /// Limits.
    pub limits: Limits,
    /// From which severity vulnerabilities count.
    pub thresholds: Thresholds,
    /// Bases that engines may be built on; any known one when the list is empty (IMG-008).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub trusted_bases: Vec<TrustedBase>,
    /// When no person has to approve.
    pub auto_approval: AutoApproval,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            number: 1,
            name: "default".into(),
            description: String::new(),
            effects: BTreeMap::new(),
            checks: CheckRules::default(),
            limits: Limits::default(),
            thresholds: Thresholds::default(),
            trusted_bases: Vec::new(),
            auto_approval: AutoApproval::default(),
        }
    }
}

impl Policy {
    /// Refuses a policy that softens a rule which may not be waived, leaves out what cannot be left out, or contradicts
    /// itself.
    pub fn validate(&self) -> Result<(), Rejection> {
        for (code, effect) in &self.effects {
            let rule = code.rule();
            if !rule.waivable && *effect != rule.effect {
                return Err(Rejection::new(
                    "policy-softens-fixed-rule",
                    format!(
                        "the policy sets {code} to `{}`, but its effect `{}` is fixed",
                        effect.name(),
                        rule.effect.name()
                    ),
                )
                .hint("remove the line; rules marked † in docs/checks.md cannot be changed"));
            }
        }
        self.limits.validate()?;
        self.checks.validate()
    }

    /// What `finding` leads to: an error has the rule's effect, anything less only warns or informs.
    pub fn effect(&self, finding: &Finding) -> Effect {
        match finding.severity {
            Severity::Info => Effect::Info,
            Severity::Warning => Effect::Warn,
            Severity::Error => {
                self.effects.get(&finding.code).copied().unwrap_or_else(|| finding.code.rule().effect)
            }
        }
    }

    /// The verdict over all outcomes when no waiver is at hand.
    pub fn verdict<'a>(&self, outcomes: impl IntoIterator<Item = (Check, &'a Outcome)>) -> Verdict {
        Rules::of(self).verdict(outcomes)
    }

    /// Its name and number, as builds and people name it.
    pub fn full_name(&self) -> PolicyName {
        PolicyName { name: self.name.clone(), number: Some(self.number) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_left_out_withholds_approval_unless_it_may_be() {
        let skipped = |asked| Outcome::Skipped { reason: "so".into(), asked };
        let verdict = |check, asked| Policy::default().verdict([(check, &skipped(asked))]);
        assert_eq!(verdict(Check::Security, true), Verdict::Approved);
        assert_eq!(verdict(Check::Security, false), Verdict::Inconclusive);
        assert_eq!(verdict(Check::Network, true), Verdict::Inconclusive);
        assert_eq!(verdict(Check::Benchmark, false), Verdict::Approved);
    }

    #[test]
    fn a_policy_may_insist_on_a_check() {
        let checks =
            CheckRules { required: [Check::Security, Check::Benchmark].into(), ..CheckRules::default() };
        let policy = Policy { checks, ..Policy::default() };
        let skipped = Outcome::Skipped { reason: "so".into(), asked: true };
        assert_eq!(policy.verdict([(Check::Security, &skipped)]), Verdict::Inconclusive);
        let skipped = Outcome::Skipped { reason: "so".into(), asked: false };
        assert_eq!(policy.verdict([(Check::Benchmark, &skipped)]), Verdict::Inconclusive);
    }

    #[test]
    fn disapproval_outranks_doubt_in_any_order() {
        let found = |code| Outcome::from_findings(vec![Finding::error(code, "seen", "wanted")]);
        let (hold, bad) = (found(Code::SEC_004), found(Code::NET_001));
        let verdict = |one, two| Policy::default().verdict([(Check::Security, one), (Check::Network, two)]);
        assert_eq!(verdict(&hold, &bad), Verdict::Disapproved);
        assert_eq!(verdict(&bad, &hold), Verdict::Disapproved);
        assert_eq!(verdict(&hold, &hold), Verdict::Inconclusive);
    }

    #[test]
    fn a_fixed_rule_cannot_be_softened() {
        let softened = |code| Policy { effects: BTreeMap::from([(code, Effect::Info)]), ..Policy::default() };
        assert!(softened(Code::NET_008).validate().is_err());
        assert!(softened(Code::NET_001).validate().is_ok());
    }

    #[test]
    fn limits_stay_within_what_a_certification_may_take() {
        let refused =
            |limits| Policy { limits, ..Policy::default() }.validate().map_err(|refused| refused.code);
        let limits = Limits::default();
        assert_eq!(refused(limits.clone()), Ok(()));
        assert_eq!(refused(Limits { work_seconds: 2500, ..limits.clone() }), Ok(()));
        let beyond = [
            Limits { work_seconds: u64::MAX, sleep_seconds: u64::MAX, ..limits.clone() },
            Limits { work_seconds: 3000, ..limits.clone() },
            Limits { request_seconds: 3601, ..limits.clone() },
            Limits { watch_milliseconds: 60_001, ..limits.clone() },
            Limits { database_stale_hours: u64::MAX, ..limits },
        ];
        for limits in beyond {
            assert_eq!(refused(limits), Err("limit-too-large"));
        }
    }

    #[test]
    fn only_what_may_be_left_out_can_be() {
        let leaving = |check, required: &[Check]| {
            let checks =
                CheckRules { left_out: [check].into(), required: required.iter().copied().collect() };
            Policy { checks, ..Policy::default() }.validate().map_err(|rejection| rejection.code)
        };
        assert_eq!(leaving(Check::Benchmark, &[]), Ok(()));
        assert_eq!(leaving(Check::Network, &[]), Err("check-not-optional"));
        assert_eq!(leaving(Check::Security, &[Check::Security]), Err("policy-contradicts-itself"));
    }
}
