//! A fault: our own trouble, or the world's. Retried or given up, never turned into a verdict.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Something broke that is neither the engine's problem nor the caller's mistake.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, thiserror::Error)]
#[error("{doing}: {cause}")]
pub struct Fault {
    /// Stable kind, such as `sandbox-not-armed` or `disk`.
    pub kind: String,
    /// What we were doing, as a phrase: "mounting the root file system".
    pub doing: String,
    /// What went wrong.
    pub cause: String,
    /// What an operator can do about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// Whether the same attempt may go better later.
    pub retryable: bool,
}

impl Fault {
    /// A fault that another attempt will not cure.
    pub fn new(kind: &str, doing: impl Into<String>, cause: impl ToString) -> Self {
        Self {
            kind: kind.into(),
            doing: doing.into(),
            cause: cause.to_string(),
            hint: None,
            retryable: false,
        }
    }

    /// A fault of the machine's input and output.
    pub fn io(doing: impl Into<String>, cause: impl ToString) -> Self {
        Self::new("io", doing, cause)
    }

    /// Adds what an operator can do.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Marks the fault as worth another attempt.
    #[must_use]
    pub fn retryable(mut self) -> Self {
        self.retryable = true;
        self
    }
}
