//! The JSON documents of an image: index and manifest, in OCI's and Docker's form (OCI image-spec `manifest.md`,
//! `image-index.md`, `descriptor.md`).

mod descriptor;
mod index;
mod manifest;
pub(crate) mod media;

pub use descriptor::Descriptor;
pub use index::ImageIndex;
pub use manifest::ImageManifest;

use serde::Deserialize;

/// Why a document cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DocumentError {
    /// Not JSON, or not of the documented form.
    #[error("{0}")]
    Form(#[from] serde_json::Error),
    /// An older or newer schema.
    #[error("its `schemaVersion` is not 2; images of Docker's first schema cannot be judged")]
    Schema,
    /// It could be read as two different kinds of document.
    #[error("it has both `manifests` and `layers` or `config`, so that clients may read it differently")]
    TwoFaced,
    /// It says to be of another type than the one that leads to it.
    #[error("it says to be `{found}` but is announced as `{announced}`")]
    MediaType {
        /// `mediaType` of the document.
        found: String,
        /// Media type of the descriptor or of the response.
        announced: String,
    },
}

/// The fields by which kinds of document differ.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Outline {
    schema_version: Option<serde_json::Value>,
    media_type: Option<String>,
    manifests: Option<serde::de::IgnoredAny>,
    layers: Option<serde::de::IgnoredAny>,
    config: Option<serde::de::IgnoredAny>,
    #[serde(rename = "fsLayers")]
    fs_layers: Option<serde::de::IgnoredAny>,
}

/// Checks what manifests and indexes have in common. `announced` is the media type that led to the document.
fn check_outline(raw: &[u8], announced: Option<&str>) -> Result<media::DocumentKind, DocumentError> {
    let outline: Outline = serde_json::from_slice(raw)?;
    if outline.schema_version.is_none_or(|version| version != 2) || outline.fs_layers.is_some() {
        return Err(DocumentError::Schema);
    }
    let lists = outline.manifests.is_some();
    if lists && (outline.layers.is_some() || outline.config.is_some()) {
        return Err(DocumentError::TwoFaced);
    }
    if let (Some(found), Some(announced)) = (outline.media_type, announced) {
        let announced = announced.split(';').next().unwrap_or_default().trim();
        if found != announced {
            return Err(DocumentError::MediaType { found, announced: announced.to_owned() });
        }
    }
    Ok(if lists { media::DocumentKind::Index } else { media::DocumentKind::Manifest })
}

/// Which kind of document `raw` is by its own fields.
pub(crate) fn kind_of(raw: &[u8], announced: Option<&str>) -> Result<media::DocumentKind, DocumentError> {
    check_outline(raw, announced)
}
