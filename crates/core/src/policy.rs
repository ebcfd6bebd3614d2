//! A policy: what each broken rule leads to, and the limits that checks measure against.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::catalogue::{Code, Effect};
use crate::finding::{Finding, Severity};
use crate::outcome::{Check, Outcome, Verdict};
use crate::rejection::Rejection;

/// Numbers a policy sets. Durations in seconds.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", default, deny_unknown_fields)]
pub struct Limits {
    /// Time for the engine to become ready (BLD-001).
    pub ready_seconds: u64,
    /// Time for all sample inputs together (BLD-002).
    pub work_seconds: u64,
    /// Time for one request.
    pub request_seconds: u64,
    /// Time between SIGTERM and SIGKILL (BLD-010).
    pub stop_seconds: u64,
    /// How long the engine is watched after its last answer.
    pub watch_milliseconds: u64,
    /// How long at most a sleeping engine is waited for while it is watched (NET-010).
    pub sleep_seconds: u64,
    /// Age at which vulnerability data is too old to pass on (SEC-004).
    pub database_stale_hours: u64,
    /// Age at which vulnerability data draws a warning.
    pub database_ageing_hours: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            ready_seconds: 60,
            work_seconds: 600,
            request_seconds: 120,
            stop_seconds: 10,
            watch_milliseconds: 300,
            sleep_seconds: 35,
            database_stale_hours: 120,
            database_ageing_hours: 72,
        }
    }
}

/// A numbered set of decisions, never edited once used.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", default, deny_unknown_fields)]
pub struct Policy {
    /// Version number, counted from 1.
    pub number: u32,
    /// Name for people.
    pub name: String,
    /// Departures from the catalogue's default effects.
    pub effects: BTreeMap<Code, Effect>,
    /// Limits.
    pub limits: Limits,
}

impl Default for Policy {
    fn default() -> Self {
        Self { number: 1, name: "default".into(), effects: BTreeMap::new(), limits: Limits::default() }
    }
}

impl Policy {
    /// Refuses a policy that softens a rule which may not be waived.
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
        Ok(())
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

    /// The verdict over all outcomes. Disapproval outranks doubt: what is proven wrong stays wrong, whatever else
    /// could not be seen. Doubt, an unfinished required check and a person's pending review all withhold approval.
    pub fn verdict<'a>(&self, outcomes: impl IntoIterator<Item = (Check, &'a Outcome)>) -> Verdict {
        let mut verdict = Verdict::Approved;
        for (check, outcome) in outcomes {
            for finding in outcome.findings() {
                match self.effect(finding) {
                    Effect::Invalid | Effect::Disapprove => return Verdict::Disapproved,
                    Effect::Hold | Effect::Review => verdict = Verdict::Inconclusive,
                    Effect::Warn | Effect::Info => {}
                }
            }
            let unfinished = match outcome {
                Outcome::Errored { .. } => check.required(),
                Outcome::Skipped { asked, .. } => check.required() && !(*asked && check.may_be_left_out()),
                Outcome::Passed { .. } | Outcome::Failed { .. } => false,
            };
            if unfinished {
                verdict = Verdict::Inconclusive;
            }
        }
        verdict
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
}
