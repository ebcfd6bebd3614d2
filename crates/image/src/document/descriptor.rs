//! What points to a blob (OCI image-spec `descriptor.md`).

use std::collections::BTreeMap;

use serde::Deserialize;

use assay_core::{Digest, Platform};

use super::media;

/// A pointer to a blob: what it is, its digest and its size.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Descriptor {
    /// Media type of the blob.
    #[serde(default)]
    pub media_type: String,
    /// Digest of the blob.
    pub digest: Digest,
    /// Size of the blob in bytes.
    pub size: u64,
    /// Other places to fetch it from; never used.
    #[serde(default)]
    pub urls: Option<Vec<String>>,
    /// Remarks.
    #[serde(default)]
    pub annotations: Option<BTreeMap<String, String>>,
    /// In an index, the platform of the image.
    #[serde(default)]
    pub platform: Option<IndexPlatform>,
}

/// The platform fields of an index entry; those that do not choose an image are ignored.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
pub struct IndexPlatform {
    /// `GOARCH`.
    #[serde(default)]
    pub architecture: String,
    /// `GOOS`.
    #[serde(default)]
    pub os: String,
    /// Processor variant.
    #[serde(default)]
    pub variant: Option<String>,
}

impl Descriptor {
    /// An annotation's value.
    pub fn annotation(&self, name: &str) -> Option<&str> {
        self.annotations.as_ref()?.get(name).map(String::as_str)
    }

    /// The names under which a layout lists the image.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        [media::REFERENCE_NAME, media::IMAGE_NAME].into_iter().filter_map(|name| self.annotation(name))
    }

    /// The platform, unless it is the `unknown` that builders give to attestations.
    pub(crate) fn image_platform(&self) -> Option<Platform> {
        let platform = self.platform.as_ref().filter(|platform| platform.os != "unknown")?;
        Some(Platform {
            os: platform.os.clone(),
            architecture: platform.architecture.clone(),
            variant: platform.variant.clone().filter(|variant| !variant.is_empty()),
        })
    }

    /// Whether an index lists it as something that is no image: a signature or a record of the build.
    pub(crate) fn is_attestation(&self) -> bool {
        self.annotation("vnd.docker.reference.type").is_some()
            || self.platform.as_ref().is_some_and(|platform| platform.os == "unknown")
    }
}
