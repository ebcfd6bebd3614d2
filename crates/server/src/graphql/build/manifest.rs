//! What an engine manifest says, for fields that repeat it.

use assay_core::Build;
use serde_json::Value;

/// A build's manifest as found in its image.
pub(crate) struct Manifest(pub(crate) Value);

impl Manifest {
    /// The manifest of a build, once intake has found one.
    pub(crate) fn of(build: &Build) -> Option<Self> {
        serde_json::from_str(build.manifest.as_deref()?).ok().map(Self)
    }

    pub(crate) fn text(&self, key: &str) -> Option<String> {
        self.0.get(key)?.as_str().map(str::to_owned)
    }

    pub(crate) fn texts(&self, key: &str) -> Option<Vec<String>> {
        let list = self.0.get(key)?.as_array()?;
        Some(list.iter().filter_map(|one| one.as_str().map(str::to_owned)).collect())
    }

    pub(crate) fn flag(&self, key: &str) -> Option<bool> {
        self.0.get(key)?.as_bool()
    }
}
