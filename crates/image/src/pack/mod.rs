//! Making an image from folders and files, byte for byte the same from the same input.

mod archive;
mod expand;
mod layer;
mod layout;
mod spec;

use std::io;
use std::path::Path;

use serde_json::{Map, Value, json};

use assay_core::{Digest, Platform};

use crate::document::media;
use layout::{Blob, Layout};

pub use layer::PackLayer;
pub use spec::{Compression, PackSpec};

/// Why an image could not be packed.
#[derive(Debug, thiserror::Error)]
pub enum PackError {
    /// The description cannot be packed.
    #[error("{0}")]
    Spec(String),
    /// A file of the host could not be read or the image not written.
    #[error("{doing}: {cause}")]
    Io {
        /// What was being done.
        doing: String,
        /// What went wrong.
        cause: io::Error,
    },
}

impl PackError {
    fn io(doing: impl Into<String>, cause: io::Error) -> Self {
        Self::Io { doing: doing.into(), cause }
    }
}

/// Writes the image to `out`: an OCI archive when its name ends in `.tar`, else an OCI layout folder, which must be
/// missing or empty. Returns the digest of the manifest.
///
/// # Errors
/// [`PackError::Spec`] when the description or `out` does not fit, [`PackError::Io`] when the disk fails.
pub fn pack(spec: &PackSpec, out: &Path) -> Result<Digest, PackError> {
    pack_index(std::slice::from_ref(spec), out)
}

/// Like [`pack`] for one image per platform. More than one image is joined by an index, whose digest is returned.
pub fn pack_index(specs: &[PackSpec], out: &Path) -> Result<Digest, PackError> {
    if out.extension().is_none_or(|extension| extension != "tar") {
        return write(specs, &Layout::create(out)?);
    }
    let folder = out.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let aside = tempfile::tempdir_in(folder)
        .map_err(|cause| PackError::io(format!("creating a folder in `{}`", folder.display()), cause))?;
    let layout = Layout::create(aside.path())?;
    let digest = write(specs, &layout)?;
    layout.archive(out)?;
    Ok(digest)
}

fn write(specs: &[PackSpec], layout: &Layout) -> Result<Digest, PackError> {
    let images = specs.iter().map(|spec| Ok((image(spec, layout)?, spec)));
    let images = images.collect::<Result<Vec<(Blob, &PackSpec)>, PackError>>()?;
    let reference = specs.iter().find_map(|spec| spec.reference.as_deref());
    let described = images.iter().map(|(blob, spec)| describe_image(blob, &spec.platform));
    let mut described: Vec<Value> = described.collect();
    let digest = match images.as_slice() {
        [] => return Err(PackError::Spec("no image was described".into())),
        [(blob, _)] => blob.digest.clone(),
        _ => {
            let index = json!({ "schemaVersion": 2, "mediaType": media::OCI_INDEX, "manifests": described });
            let blob = layout.document(&index)?;
            described = vec![describe(media::OCI_INDEX, &blob)];
            blob.digest
        }
    };
    if let (Some(reference), Some(top)) = (reference, described.first_mut().and_then(Value::as_object_mut)) {
        top.insert("annotations".into(), json!({ media::REFERENCE_NAME: reference }));
    }
    layout.finish(&described)?;
    Ok(digest)
}

fn image(spec: &PackSpec, layout: &Layout) -> Result<Blob, PackError> {
    let layers = spec.layers.iter().map(|layer| layout.layer(layer, spec.compression));
    let layers = layers.collect::<Result<Vec<_>, _>>()?;
    let diff_ids: Vec<&Digest> = layers.iter().map(|(_, diff_id)| diff_id).collect();
    let config = layout.document(&config(spec, &diff_ids))?;
    let layer_type = match spec.compression {
        Compression::None => media::OCI_LAYER,
        Compression::Gzip => media::OCI_LAYER_GZIP,
        Compression::Zstd => media::OCI_LAYER_ZSTD,
    };
    layout.document(&json!({
        "schemaVersion": 2,
        "mediaType": media::OCI_MANIFEST,
        "config": describe(media::OCI_CONFIG, &config),
        "layers": layers.iter().map(|(blob, _)| describe(layer_type, blob)).collect::<Vec<_>>(),
    }))
}

fn config(spec: &PackSpec, diff_ids: &[&Digest]) -> Value {
    let created = spec.created.as_deref().unwrap_or("1970-01-01T00:00:00Z");
    let mut document = json!({
        "created": created,
        "architecture": spec.platform.architecture,
        "os": spec.platform.os,
        "config": run_config(spec),
        "rootfs": { "type": "layers", "diff_ids": diff_ids },
        "history": diff_ids.iter().map(|_| json!({ "created": created, "created_by": "assay pack" })).collect::<Vec<_>>(),
    });
    if let (Some(variant), Some(fields)) = (&spec.platform.variant, document.as_object_mut()) {
        fields.insert("variant".into(), json!(variant));
    }
    document
}

/// The fields that are set, as builders write them.
fn run_config(spec: &PackSpec) -> Value {
    let env: Vec<String> = spec.env.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let ports: Map<String, Value> = spec.exposed_ports.iter().map(|port| (port.clone(), json!({}))).collect();
    let fields = [
        ("User", json!(spec.user)),
        ("ExposedPorts", json!(ports)),
        ("Env", json!(env)),
        ("Entrypoint", json!(spec.entrypoint)),
        ("Cmd", json!(spec.cmd)),
        ("WorkingDir", json!(spec.working_dir)),
        ("Labels", json!(spec.labels)),
        ("StopSignal", json!(spec.stop_signal)),
    ];
    let is_set = |value: &Value| match value {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Object(fields) => !fields.is_empty(),
        _ => true,
    };
    fields
        .into_iter()
        .filter(|(_, value)| is_set(value))
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

fn describe(media_type: &str, blob: &Blob) -> Value {
    json!({ "mediaType": media_type, "digest": blob.digest, "size": blob.size })
}

fn describe_image(blob: &Blob, platform: &Platform) -> Value {
    json!({ "mediaType": media::OCI_MANIFEST, "digest": blob.digest, "size": blob.size, "platform": platform })
}
