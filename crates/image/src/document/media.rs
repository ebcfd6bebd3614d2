//! Media types of OCI and Docker documents and layers.

pub(crate) const OCI_INDEX: &str = "application/vnd.oci.image.index.v1+json";
pub(crate) const OCI_MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
pub(crate) const OCI_CONFIG: &str = "application/vnd.oci.image.config.v1+json";
pub(crate) const OCI_LAYER: &str = "application/vnd.oci.image.layer.v1.tar";
pub(crate) const OCI_LAYER_GZIP: &str = "application/vnd.oci.image.layer.v1.tar+gzip";
pub(crate) const OCI_LAYER_ZSTD: &str = "application/vnd.oci.image.layer.v1.tar+zstd";
pub(crate) const DOCKER_INDEX: &str = "application/vnd.docker.distribution.manifest.list.v2+json";
pub(crate) const DOCKER_MANIFEST: &str = "application/vnd.docker.distribution.manifest.v2+json";
pub(crate) const DOCKER_CONFIG: &str = "application/vnd.docker.container.image.v1+json";
/// The annotation that names an image of a layout.
pub(crate) const REFERENCE_NAME: &str = "org.opencontainers.image.ref.name";
/// The annotation with the full name that Docker and containerd write.
pub(crate) const IMAGE_NAME: &str = "io.containerd.image.name";

/// How the bytes of a layer are to be read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Encoding {
    /// Plain tar.
    Plain,
    /// gzip.
    Gzip,
    /// zstd.
    Zstd,
    /// The source does not say: told by the first bytes.
    Unsaid,
}

impl Encoding {
    /// The word by which it is remembered.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
            Self::Unsaid => "unsaid",
        }
    }

    /// Whether a blob found to be `found` is as the source said.
    pub(crate) fn is_met_by(self, found: &str) -> bool {
        self == Self::Unsaid || self.name() == found
    }
}

/// How a layer of this media type is read; nothing when it is no layer we know.
pub(crate) fn layer_encoding(media_type: &str) -> Option<Encoding> {
    Some(match media_type {
        OCI_LAYER | "application/vnd.docker.image.rootfs.diff.tar" => Encoding::Plain,
        OCI_LAYER_GZIP
        | "application/vnd.docker.image.rootfs.diff.tar.gzip"
        | "application/x-gzip"
        | "application/vnd.docker.image.rootfs.diff.tar+gzip" => Encoding::Gzip,
        OCI_LAYER_ZSTD
        | "application/vnd.docker.image.rootfs.diff.tar.zstd"
        | "application/vnd.docker.image.rootfs.diff.tar+zstd" => Encoding::Zstd,
        _ => return None,
    })
}

/// Whether layers of this type are fetched from elsewhere: foreign and non-distributable layers.
pub(crate) fn is_foreign(media_type: &str) -> bool {
    media_type.starts_with("application/vnd.oci.image.layer.nondistributable.")
        || media_type.starts_with("application/vnd.docker.image.rootfs.foreign.")
}

/// What kind of document a media type stands for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum DocumentKind {
    /// A list of manifests by platform.
    Index,
    /// One image.
    Manifest,
}

/// The kind of document a media type stands for, parameters ignored.
pub(crate) fn document_kind(media_type: &str) -> Option<DocumentKind> {
    match media_type.split(';').next().unwrap_or_default().trim() {
        OCI_INDEX | DOCKER_INDEX => Some(DocumentKind::Index),
        OCI_MANIFEST | DOCKER_MANIFEST => Some(DocumentKind::Manifest),
        _ => None,
    }
}
