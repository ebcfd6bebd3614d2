//! An image index: one image per platform (OCI image-spec `image-index.md`).

use serde::Deserialize;

use super::{Descriptor, DocumentError, check_outline};

/// An index or, in Docker's words, a manifest list.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
pub struct ImageIndex {
    /// The manifests it lists.
    pub manifests: Vec<Descriptor>,
}

impl ImageIndex {
    /// Reads an index. The caller has bounded `raw`; `announced` is the media type that led to it.
    ///
    /// # Errors
    /// When it is malformed, of another schema, or not what was announced.
    pub fn read(raw: &[u8], announced: Option<&str>) -> Result<Self, DocumentError> {
        check_outline(raw, announced)?;
        Ok(serde_json::from_slice(raw)?)
    }
}
