//! Bringing an image from where it is to somewhere else, as bytes.

use std::io::{Cursor, Read};

use assay_core::digest::Algorithm;
use assay_core::{Digest, Fault, Finding, Rejection};
use serde_json::json;

use super::TopDocument;
use super::fetch::missing;
use super::resolve::{Halt, Resolved, Resolver};
use crate::document::media;
use crate::hash::digest_of;
use crate::options::{OpenError, OpenOptions};
use crate::source::{Address, BlobError, Source, locate};
use crate::store::Store;

/// Keeps a blob, whose digest is known or not, and tells what it turned out to be.
pub type Keep<'a> =
    &'a mut dyn FnMut(Option<&Digest>, &mut (dyn Read + Send)) -> Result<(Digest, u64), OpenError>;

/// An image that was brought over: its blobs are kept, its manifest is here.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Transfer {
    /// Digest and media type of the manifest.
    pub top: TopDocument,
    /// The manifest.
    pub bytes: Vec<u8>,
    /// Configuration and layers.
    pub blobs: Vec<Digest>,
}

/// Hands configuration and layers of the image that `reference` names to `keep`, one after the other, and returns its
/// manifest; of an index, that of the platform asked for. An image that has no manifest, as `docker save` writes them, is
/// given one.
///
/// # Errors
/// A rejection when there is no such image or it is none; whatever `keep` returns; a fault of network or disk.
pub fn transfer(
    reference: &str,
    options: &OpenOptions,
    store: &Store,
    keep: Keep<'_>,
) -> Result<Transfer, OpenError> {
    let located = locate(reference, options, store)?;
    let source = located.source.as_ref();
    let mut resolver = Resolver {
        source,
        platform: &options.platform,
        limits: &options.limits,
        what: reference,
        findings: Vec::new(),
        others: Vec::new(),
        digest: None,
    };
    let resolved = resolver.run(located.start).map_err(refused)?;
    let config = config(source, &resolved, options)?;
    let config_size = config.len() as u64;
    let (id, _) = keep(Some(&resolved.id), &mut Cursor::new(config))?;
    let mut layers = Vec::new();
    for layer in &resolved.layers {
        let mut blob = open(source, &layer.address)?;
        layers.push(keep(layer.promise.digest.as_ref(), &mut blob)?);
    }
    let blobs = std::iter::once(&id).chain(layers.iter().map(|(digest, _)| digest)).cloned().collect();
    Ok(match (resolved.manifest, resolved.digest) {
        (Some(bytes), Some(digest)) => {
            Transfer { top: TopDocument { digest, media_type: resolved.media_type }, bytes, blobs }
        }
        _ => {
            let bytes = manifest(&id, config_size, &layers).into_bytes();
            let digest = digest_of(Algorithm::Sha256, &bytes);
            Transfer { top: TopDocument { digest, media_type: media::OCI_MANIFEST.into() }, bytes, blobs }
        }
    })
}

/// The configuration's bytes. They were checked when the image was resolved, and are small.
fn config(source: &dyn Source, resolved: &Resolved, options: &OpenOptions) -> Result<Vec<u8>, OpenError> {
    let address = resolved.config_address.clone();
    let mut bytes = Vec::new();
    open(source, &address)?
        .take(options.limits.config_bytes + 1)
        .read_to_end(&mut bytes)
        .map_err(|cause| Fault::new("image-source", "reading the configuration", cause).retryable())?;
    Ok(bytes)
}

fn open(source: &dyn Source, address: &Address) -> Result<Box<dyn Read + Send>, OpenError> {
    source.blob(address).map_err(|problem| match problem {
        BlobError::Missing => unfit(&missing(address, "blob")).into(),
        BlobError::Open(problem) => problem,
    })
}

fn refused(halt: Halt) -> OpenError {
    match halt {
        Halt::Open(problem) => problem,
        Halt::Bad(finding) => unfit(&finding).into(),
    }
}

fn unfit(finding: &Finding) -> Rejection {
    Rejection::new("image-unreadable", format!("{}: {}", finding.code, finding.observed))
}

/// A manifest for an image that has none. Its layers are plain, as `docker save` writes them.
fn manifest(config: &Digest, size: u64, layers: &[(Digest, u64)]) -> String {
    let layers: Vec<_> = layers
        .iter()
        .map(|(digest, size)| json!({ "mediaType": media::OCI_LAYER, "digest": digest, "size": size }))
        .collect();
    json!({
        "schemaVersion": 2,
        "mediaType": media::OCI_MANIFEST,
        "config": { "mediaType": media::OCI_CONFIG, "digest": config, "size": size },
        "layers": layers,
    })
    .to_string()
}
