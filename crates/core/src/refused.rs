//! Why a use case came to nothing.

use crate::{Fault, Rejection};

/// The caller's mistake, or trouble of ours or the world's. Never the engine's problem: that is a finding.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The caller has to ask differently.
    #[error(transparent)]
    Rejection(#[from] Rejection),
    /// Something broke.
    #[error(transparent)]
    Fault(#[from] Fault),
}
