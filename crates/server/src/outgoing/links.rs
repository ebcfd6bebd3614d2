//! Addresses of pages that messages lead to.

use assay_core::BuildId;

/// Makes addresses below the one by which people reach the service.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Links {
    base: String,
}

impl Links {
    /// Links below `base`, such as `https://assay.example.com`.
    pub fn below(base: &str) -> Self {
        Self { base: base.trim_end_matches('/').to_owned() }
    }

    /// The service itself; also the source that messages name.
    pub(super) fn home(&self) -> &str {
        &self.base
    }

    /// The newest report of a build.
    pub(super) fn report(&self, build: BuildId) -> String {
        format!("{}/v3/builds/{build}/report.json", self.base)
    }
}
