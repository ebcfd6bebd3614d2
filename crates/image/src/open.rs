//! Opening an image: resolve, verify, unpack, merge.

use std::path::PathBuf;

use assay_core::report::{LayerRef, Subject};
use assay_core::run::Rootfs;
use assay_core::{Digest, Finding, Platform, Progress, Rejection};

use crate::config::ImageConfig;
use crate::options::{OpenError, OpenOptions};
use crate::store::Store;
use crate::view::View;

/// What opening an image brought.
#[derive(Debug)]
pub struct Opened {
    /// The reference as given.
    pub reference: String,
    /// What is wrong with the image itself: `IMG-001` to `IMG-004`.
    pub findings: Vec<Finding>,
    /// Platforms of the index that were not opened.
    pub other_platforms: Vec<Platform>,
    /// The image, unless nothing of it can be judged.
    pub image: Option<Image>,
    /// The same for the report.
    pub subject: Subject,
}

/// An image whose bytes are checked and whose layers are unpacked. Its layers stay in the store while this lives.
#[derive(Debug)]
pub struct Image {
    /// How to start it.
    pub config: ImageConfig,
    /// Its files.
    pub view: View,
    /// Digest of the image manifest; a `docker save` archive has none.
    pub digest: Option<Digest>,
    /// Digest of the configuration, which Docker calls the image's id.
    pub id: Digest,
    /// Its layers, lowest first.
    pub layers: Vec<LayerRef>,
    /// Media type of the manifest.
    pub media_type: String,
    /// The manifest as received, when the source has one.
    pub manifest: Option<Vec<u8>>,
    rootfs: Vec<PathBuf>,
}

impl Image {
    /// The unpacked layers for the sandbox, lowest first. Valid while this image lives.
    pub fn rootfs(&self) -> Rootfs {
        Rootfs { layers: self.rootfs.clone() }
    }

    /// Everything known about the image, for `assay inspect`.
    pub fn inspect(&self) -> serde_json::Value {
        serde_json::json!({
            "digest": self.digest,
            "id": self.id,
            "mediaType": self.media_type,
            "platform": self.config.platform(),
            "config": self.config,
            "layers": self.layers,
            "paths": self.view.len(),
        })
    }
}

/// Resolves `reference`, checks every byte, unpacks what the store does not have yet.
///
/// A reference is `oci:DIR[:REF]`, `oci-archive:FILE`, `docker-archive:FILE`, `docker://HOST/REPO:TAG`,
/// `docker-daemon:NAME`, `podman:NAME`, or a path or name to be recognised by looking.
///
/// # Errors
/// A rejection when it cannot be opened as asked; a fault when disk or network fail. What is wrong with the image
/// itself is in [`Opened::findings`].
pub fn open(
    reference: &str,
    _options: &OpenOptions,
    _store: &Store,
    _progress: &dyn Progress,
) -> Result<Opened, OpenError> {
    Err(Rejection::new("image-not-found", format!("`{reference}` is not an image")).into())
}
