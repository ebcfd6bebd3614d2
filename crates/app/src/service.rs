//! What every use case of the service is done with.

use std::sync::Arc;

use assay_core::{Clock, IdSource, Ledger};
use jiff::Timestamp;

/// The service as its use cases see it. Each of them is a function of it that takes who asks.
#[derive(Clone)]
pub struct Service {
    /// Where the records are.
    pub ledger: Arc<dyn Ledger>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Ids and secrets.
    pub ids: Arc<dyn IdSource>,
}

impl Service {
    /// The time now.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }
}

impl std::fmt::Debug for Service {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Service").finish_non_exhaustive()
    }
}
