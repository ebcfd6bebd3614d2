//! OCI layouts written by hand, so that anything in them can be wrong.

use std::io;
use std::path::{Path, PathBuf};

use assay_image::{Blobs, TopDocument};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::tarball::gzip;

/// A layer to be put into a layout, with what the manifest says about it.
#[derive(Clone)]
pub struct RawLayer {
    pub blob: Option<Vec<u8>>,
    pub descriptor: Value,
    pub diff_id: String,
}

impl RawLayer {
    /// A plain tar layer.
    pub fn plain(tar: &[u8]) -> Self {
        Self::encoded(tar, tar.to_vec(), "")
    }

    /// A gzip layer.
    pub fn gzip(tar: &[u8]) -> Self {
        Self::encoded(tar, gzip(tar), "+gzip")
    }

    /// A layer with any blob.
    pub fn encoded(tar: &[u8], blob: Vec<u8>, suffix: &str) -> Self {
        let descriptor = json!({
            "mediaType": format!("application/vnd.oci.image.layer.v1.tar{suffix}"),
            "digest": sha256(&blob),
            "size": blob.len(),
        });
        Self { blob: Some(blob), descriptor, diff_id: sha256(tar) }
    }

    /// Changes what the manifest says.
    pub fn says(mut self, field: &str, value: Value) -> Self {
        self.descriptor[field] = value;
        self
    }

    /// Leaves the blob out.
    pub fn missing(mut self) -> Self {
        self.blob = None;
        self
    }
}

pub fn sha256(bytes: &[u8]) -> String {
    let hex: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256:{hex}")
}

/// A layout in the making.
pub struct Layout {
    pub dir: PathBuf,
}

impl Layout {
    pub fn create(dir: PathBuf) -> Self {
        std::fs::create_dir_all(dir.join("blobs/sha256")).unwrap();
        std::fs::write(dir.join("oci-layout"), r#"{"imageLayoutVersion":"1.0.0"}"#).unwrap();
        Self { dir }
    }

    pub fn blob(&self, bytes: &[u8]) -> String {
        let digest = sha256(bytes);
        std::fs::write(self.blob_path(&digest), bytes).unwrap();
        digest
    }

    pub fn blob_path(&self, digest: &str) -> PathBuf {
        self.dir.join("blobs").join(digest.replace(':', "/"))
    }

    /// Writes a JSON document and describes it.
    pub fn document(&self, media_type: &str, document: &Value) -> Value {
        let bytes = document.to_string().into_bytes();
        json!({ "mediaType": media_type, "digest": self.blob(&bytes), "size": bytes.len() })
    }

    /// Writes configuration and manifest; describes the manifest.
    pub fn image(&self, layers: &[RawLayer]) -> Value {
        let diff_ids: Vec<&str> = layers.iter().map(|layer| layer.diff_id.as_str()).collect();
        let config = json!({
            "architecture": "amd64", "os": "linux", "config": {},
            "rootfs": { "type": "layers", "diff_ids": diff_ids },
        });
        self.image_with(&config, layers)
    }

    pub fn image_with(&self, config: &Value, layers: &[RawLayer]) -> Value {
        for layer in layers {
            layer.blob.as_ref().map(|blob| self.blob(blob));
        }
        let config = self.document("application/vnd.oci.image.config.v1+json", config);
        let layers: Vec<&Value> = layers.iter().map(|layer| &layer.descriptor).collect();
        let manifest = json!({
            "schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
            "config": config, "layers": layers,
        });
        self.document("application/vnd.oci.image.manifest.v1+json", &manifest)
    }

    pub fn index(&self, manifests: &[Value]) {
        let index = json!({ "schemaVersion": 2, "manifests": manifests });
        std::fs::write(self.dir.join("index.json"), index.to_string()).unwrap();
    }

    pub fn reference(&self) -> String {
        self.dir.to_str().unwrap().to_owned()
    }
}

/// A layout of one image with these layers.
pub fn image(dir: &Path, layers: &[RawLayer]) -> String {
    let layout = Layout::create(dir.to_owned());
    layout.index(&[layout.image(layers)]);
    layout.reference()
}

/// The blobs of a layout folder, as a store of blobs in the house hands them out.
pub struct LayoutBlobs(pub PathBuf);

impl LayoutBlobs {
    /// The first document of the layout's index.
    pub fn top(&self) -> TopDocument {
        let index: Value =
            serde_json::from_slice(&std::fs::read(self.0.join("index.json")).unwrap()).unwrap();
        let first = &index["manifests"][0];
        let media_type = first["mediaType"].as_str().unwrap().to_owned();
        TopDocument { digest: first["digest"].as_str().unwrap().parse().unwrap(), media_type }
    }

    pub fn path(&self, digest: &assay_core::Digest) -> PathBuf {
        self.0.join("blobs").join(digest.algorithm().name()).join(digest.hex())
    }
}

impl Blobs for LayoutBlobs {
    fn blob(&self, digest: &assay_core::Digest) -> io::Result<Option<Box<dyn io::Read + Send>>> {
        let path = self.path(digest);
        path.exists()
            .then(|| std::fs::File::open(path).map(|file| Box::new(file) as Box<dyn io::Read + Send>))
            .transpose()
    }

    fn document(&self, digest: &assay_core::Digest) -> io::Result<Option<Vec<u8>>> {
        let path = self.path(digest);
        path.exists().then(|| std::fs::read(path)).transpose()
    }
}
