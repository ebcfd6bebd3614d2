//! Marked places at which tests let the process die.

use std::sync::Arc;

/// Is told when a marked place is reached. Usually nobody listens.
#[derive(Clone, Default)]
pub struct CrashPoints(Option<Arc<dyn Fn(&'static str) + Send + Sync>>);

impl std::fmt::Debug for CrashPoints {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("CrashPoints").field(&self.0.is_some()).finish()
    }
}

impl CrashPoints {
    /// Every place of the pipeline.
    pub const NAMES: [&'static str; 12] = [
        "intake-read",
        "intake-committed",
        "fetch-copied",
        "fetch-committed",
        "certification-begun",
        "certification-judged",
        "certification-kept",
        "certification-committed",
        "deploy-copied",
        "deploy-probed",
        "deploy-committed",
        "housekeeping-done",
    ];

    /// Tells `listener` of every place that is reached.
    pub fn told_to(listener: impl Fn(&'static str) + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(listener)))
    }

    /// The place `name` is reached.
    pub(super) fn reach(&self, name: &'static str) {
        if let Some(listener) = &self.0 {
            listener(name);
        }
    }
}
