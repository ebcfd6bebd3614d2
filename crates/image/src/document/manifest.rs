//! An image manifest: configuration and layers (OCI image-spec `manifest.md`).

use serde::Deserialize;

use super::{Descriptor, DocumentError, check_outline};

/// The manifest of one image.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ImageManifest {
    /// Its own media type, when it says one.
    #[serde(default)]
    pub media_type: Option<String>,
    /// The configuration.
    pub config: Descriptor,
    /// The layers, lowest first.
    #[serde(default)]
    pub layers: Vec<Descriptor>,
}

impl ImageManifest {
    /// Reads a manifest. The caller has bounded `raw`; `announced` is the media type that led to it.
    ///
    /// # Errors
    /// When it is malformed, of another schema, or not what was announced.
    pub fn read(raw: &[u8], announced: Option<&str>) -> Result<Self, DocumentError> {
        check_outline(raw, announced)?;
        Ok(serde_json::from_slice(raw)?)
    }
}
