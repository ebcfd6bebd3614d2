//! Media types of what is pushed.

/// An image index.
pub const OCI_INDEX: &str = "application/vnd.oci.image.index.v1+json";
/// An image manifest.
pub const OCI_MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
/// Docker's image index.
pub const DOCKER_INDEX: &str = "application/vnd.docker.distribution.manifest.list.v2+json";
/// Docker's image manifest.
pub const DOCKER_MANIFEST: &str = "application/vnd.docker.distribution.manifest.v2+json";

/// What a manifest lists.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ManifestKind {
    /// Configuration and layers of one image or artifact.
    Image,
    /// Other manifests.
    Index,
}

impl ManifestKind {
    /// The kind a media type without parameters stands for.
    pub fn of(media_type: &str) -> Option<Self> {
        match media_type {
            OCI_MANIFEST | DOCKER_MANIFEST => Some(Self::Image),
            OCI_INDEX | DOCKER_INDEX => Some(Self::Index),
            _ => None,
        }
    }
}

/// Whether layers of this type are fetched from elsewhere, so that their blob need not be here.
pub fn is_foreign(media_type: &str) -> bool {
    media_type.starts_with("application/vnd.oci.image.layer.nondistributable.")
        || media_type.starts_with("application/vnd.docker.image.rootfs.foreign.")
}
