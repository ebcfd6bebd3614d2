//! Which checks a policy leaves out, and which it insists on.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::outcome::Check;
use crate::rejection::Rejection;

/// What a policy says about whole checks.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", default, deny_unknown_fields)]
pub struct CheckRules {
    /// Checks that are not made; only `security` and `benchmark` may be left out.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub left_out: BTreeSet<Check>,
    /// Checks without which there is no approval, even where a caller leaves them out.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub required: BTreeSet<Check>,
}

impl CheckRules {
    /// Whether approval needs this check concluded.
    pub fn require(&self, check: Check) -> bool {
        check.required() || self.required.contains(&check)
    }

    /// Whether a caller may leave it out and still get an approval.
    pub fn let_out(&self, check: Check) -> bool {
        check.may_be_left_out() && !self.required.contains(&check)
    }

    pub(super) fn validate(&self) -> Result<(), Rejection> {
        for check in &self.left_out {
            if !check.may_be_left_out() {
                let message =
                    format!("the policy leaves the {} check out, which is not possible", check.name());
                return Err(Rejection::new("check-not-optional", message)
                    .hint("only `security` and `benchmark` may stand in `left-out`"));
            }
            if self.required.contains(check) {
                let message =
                    format!("the policy both requires the {} check and leaves it out", check.name());
                return Err(Rejection::new("policy-contradicts-itself", message));
            }
        }
        Ok(())
    }
}
