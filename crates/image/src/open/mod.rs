//! Opening an image: resolve, verify, unpack, merge.

mod ahead;
mod choose;
mod fetch;
mod layers;
mod resolve;
mod told;
mod transfer;

use std::collections::BTreeSet;
use std::path::PathBuf;

use assay_core::report::{LayerRef, Subject};
use assay_core::run::Rootfs;
use assay_core::{Digest, Fault, Finding, Platform, Progress, Rejection, Step};

use crate::config::ImageConfig;
use crate::layer::Over;
use crate::options::{OpenError, OpenOptions};
use crate::source::{BlobSource, Blobs, Source, Start, locate};
use crate::store::{HeldLayer, Store};
use crate::view::{View, ViewLayer, merge};
use layers::{Provided, Provider, Refused};
use resolve::{Halt, Resolved, Resolver};

pub use ahead::{Unpacking, unpack_ahead};
pub use transfer::{Keep, Transfer, transfer};

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

/// Which manifest or index an image begins with.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TopDocument {
    /// Its digest.
    pub digest: Digest,
    /// Its media type, as it was pushed.
    pub media_type: String,
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
    held: Vec<HeldLayer>,
}

impl Image {
    /// The unpacked layers for the sandbox, lowest first. Valid while this image lives.
    pub fn rootfs(&self) -> Rootfs {
        let mut layers: Vec<PathBuf> = Vec::new();
        // overlayfs refuses the same folder twice. The upper one alone gives the same files: it covers all that the
        // lower one has.
        for held in &self.held {
            layers.retain(|lower| *lower != held.path);
            layers.push(held.path.clone());
        }
        Rootfs { layers }
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
/// A reference is `oci:DIR[:NAME]`, `oci-archive:FILE`, `docker-archive:FILE`, `docker://HOST/REPO:TAG`,
/// `docker-daemon:NAME`, `podman:NAME`, or a path or name to be recognised by looking.
///
/// # Errors
/// A rejection when it cannot be opened as asked; a fault when disk or network fail. What is wrong with the image
/// itself is in [`Opened::findings`].
pub fn open(
    reference: &str,
    options: &OpenOptions,
    store: &Store,
    progress: &dyn Progress,
) -> Result<Opened, OpenError> {
    progress.started(Step::Resolve);
    let located =
        locate(reference, options, store).inspect_err(|_| progress.finished(Step::Resolve, false))?;
    read(reference, located.source.as_ref(), located.start, options, store, progress)
}

/// Opens the image whose manifest or index of this digest and media type is in `blobs`; `reference` is its name in what is
/// told of it. It is judged as an image from anywhere else.
///
/// # Errors
/// A rejection when there is no such document; a fault when the disk fails.
pub fn open_blobs(
    reference: &str,
    top: &TopDocument,
    blobs: &dyn Blobs,
    options: &OpenOptions,
    store: &Store,
    progress: &dyn Progress,
) -> Result<Opened, OpenError> {
    progress.started(Step::Resolve);
    let start =
        first_document(reference, top, blobs).inspect_err(|_| progress.finished(Step::Resolve, false))?;
    read(reference, &BlobSource(blobs), start, options, store, progress)
}

fn first_document(reference: &str, top: &TopDocument, blobs: &dyn Blobs) -> Result<Start, OpenError> {
    let bytes = blobs
        .document(&top.digest)
        .map_err(|cause| Fault::io(format!("reading the manifest {}", top.digest), cause).retryable())?;
    let missing =
        || Rejection::new("image-not-found", format!("`{reference}` is not there: no {}", top.digest));
    let bytes = bytes.ok_or_else(missing)?;
    Ok(Start::Document {
        bytes,
        media_type: Some(top.media_type.clone()),
        expected: Some(top.digest.clone()),
    })
}

/// Reads an image that was found.
fn read(
    reference: &str,
    source: &dyn Source,
    start: Start,
    options: &OpenOptions,
    store: &Store,
    progress: &dyn Progress,
) -> Result<Opened, OpenError> {
    let resolved = resolve(reference, source, start, options);
    progress.finished(Step::Resolve, resolved.as_ref().is_ok_and(|(_, opened)| opened.findings.is_empty()));
    let (resolved, mut opened) = resolved?;
    if let Some(resolved) = resolved {
        progress.started(Step::Layers);
        let provider = Provider { source, options, store, progress };
        let provided = provide(&provider, resolved, &mut opened);
        progress.finished(Step::Layers, provided.is_ok() && opened.image.is_some());
        provided?;
    }
    Ok(opened)
}

/// The documents of the image; nothing when they are bad.
fn resolve(
    reference: &str,
    source: &dyn Source,
    start: Start,
    options: &OpenOptions,
) -> Result<(Option<Resolved>, Opened), OpenError> {
    let mut resolver = Resolver {
        source,
        platform: &options.platform,
        limits: &options.limits,
        what: reference,
        findings: Vec::new(),
        others: Vec::new(),
        digest: None,
    };
    let resolved = match resolver.run(start) {
        Ok(resolved) => Some(resolved),
        Err(Halt::Open(problem)) => return Err(problem),
        Err(Halt::Bad(finding)) => {
            resolver.findings.push(*finding);
            None
        }
    };
    let platform = resolved.as_ref().map(|resolved| resolved.config.platform());
    let opened = Opened {
        reference: reference.to_owned(),
        findings: resolver.findings,
        other_platforms: resolver.others,
        image: None,
        subject: Subject { digest: resolver.digest, platform, ..empty_subject() },
    };
    Ok((resolved, opened))
}

fn empty_subject() -> Subject {
    Subject { digest: None, platform: None, compressed_bytes: 0, unpacked_bytes: 0, layers: Vec::new() }
}

/// Brings in the layers and completes `opened`.
fn provide(provider: &Provider<'_>, resolved: Resolved, opened: &mut Opened) -> Result<(), OpenError> {
    let answers = provider.provide_all(&resolved.layers);
    let mut provided = Vec::new();
    let mut over = BTreeSet::new();
    let expected = resolved.layers.len();
    for answer in answers.into_iter().flatten() {
        match answer {
            Ok(mut layer) => {
                opened.findings.append(&mut layer.findings);
                provided.push(layer);
            }
            Err(Refused::Bad(finding)) => opened.findings.push(*finding),
            Err(Refused::OverBudget(limit)) => drop(over.insert(limit)),
            Err(Refused::Open(problem)) => return Err(problem),
        }
    }
    let unpacked = provided.iter().map(|layer| layer.held.index.measures.unpacked_bytes).sum();
    let limits = &provider.options.limits;
    // Layers known from before were not unpacked now, so their sum is judged here.
    if unpacked > limits.unpacked_bytes {
        over.insert(Over::Bytes);
    }
    opened.findings.extend(over.iter().map(|limit| limit.finding(limits)));
    let layers: Vec<LayerRef> = provided.iter().map(layer_ref).collect();
    opened.subject.compressed_bytes = layers.iter().map(|layer| layer.bytes).sum();
    opened.subject.unpacked_bytes = unpacked;
    opened.subject.layers.clone_from(&layers);
    if provided.len() == expected && over.is_empty() {
        opened.image = Some(assemble(resolved, layers, provided));
    }
    Ok(())
}

fn assemble(resolved: Resolved, layers: Vec<LayerRef>, provided: Vec<Provided>) -> Image {
    let diff_ids = resolved.config.diff_ids.iter();
    let stacked = provided.iter().zip(diff_ids).map(|(layer, diff_id)| {
        (ViewLayer { diff_id: diff_id.clone(), rootfs: layer.held.rootfs.clone() }, &layer.held.index)
    });
    let view = merge(stacked);
    Image {
        view,
        config: resolved.config,
        digest: resolved.digest,
        id: resolved.id,
        layers,
        media_type: resolved.media_type,
        manifest: resolved.manifest,
        held: provided.into_iter().map(|layer| layer.held.without_index()).collect(),
    }
}

fn layer_ref(provided: &Provided) -> LayerRef {
    LayerRef {
        digest: provided.blob.clone(),
        diff_id: provided.diff_id.clone(),
        bytes: provided.blob_bytes,
        entries: provided.held.index.entries.len() as u64,
        cached: provided.cached,
    }
}
