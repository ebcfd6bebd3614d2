//! From the first document to the configuration and the list of layers, checking each step's digest.

use assay_core::{Code, Digest, Finding, Place, Platform};

use super::choose;
use super::fetch::{differs, malformed, over, unsupported};
use crate::config::ImageConfig;
use crate::document::media::{self, DocumentKind, Encoding};
use crate::document::{Descriptor, ImageIndex, ImageManifest, kind_of};
use crate::hash::{digest_of, sha256};
use crate::layer::Promise;
use crate::limits::ImageLimits;
use crate::options::OpenError;
use crate::source::{Address, Source, Start};

/// Indexes may point to indexes; nobody needs more than this.
const DEEPEST_INDEX: usize = 4;

/// An image whose documents are read and checked.
pub(super) struct Resolved {
    pub(super) manifest: Option<Vec<u8>>,
    pub(super) digest: Option<Digest>,
    pub(super) media_type: String,
    pub(super) config: ImageConfig,
    pub(super) id: Digest,
    /// Where the configuration is.
    pub(super) config_address: Address,
    pub(super) layers: Vec<LayerSource>,
}

/// Where a layer is and what it should be.
#[derive(Clone, Debug)]
pub(super) struct LayerSource {
    pub(super) address: Address,
    pub(super) promise: Promise,
    pub(super) diff_id: Digest,
}

/// Why resolving ended early.
pub(super) enum Halt {
    /// The image is bad.
    Bad(Box<Finding>),
    /// It could not be opened.
    Open(OpenError),
}

impl From<Finding> for Halt {
    fn from(finding: Finding) -> Self {
        Self::Bad(Box::new(finding))
    }
}

impl<E: Into<OpenError>> From<E> for Halt {
    fn from(problem: E) -> Self {
        Self::Open(problem.into())
    }
}

/// Resolves one image.
pub(super) struct Resolver<'a> {
    pub(super) source: &'a dyn Source,
    pub(super) platform: &'a Platform,
    pub(super) limits: &'a ImageLimits,
    /// The reference, for messages.
    pub(super) what: &'a str,
    /// What is wrong although the image can be judged.
    pub(super) findings: Vec<Finding>,
    /// Platforms of indexes that were passed over.
    pub(super) others: Vec<Platform>,
    /// Digest of the image manifest once it is known, also when resolving ends early.
    pub(super) digest: Option<Digest>,
}

impl Resolver<'_> {
    pub(super) fn run(&mut self, start: Start) -> Result<Resolved, Halt> {
        match start {
            Start::Layout { index, name } => {
                let index = self.within(index, self.limits.manifest_bytes, "`index.json`")?;
                let index =
                    ImageIndex::read(&index, None).map_err(|problem| malformed("`index.json`", &problem))?;
                let top = choose::by_name(index, name.as_deref(), self.what)?;
                self.follow(top)
            }
            Start::Document { bytes, media_type, expected } => {
                let bytes = self.within(bytes, self.limits.manifest_bytes, "the manifest")?;
                let digest = expected
                    .as_ref()
                    .map_or_else(|| sha256(&bytes), |digest| digest_of(digest.algorithm(), &bytes));
                if let Some(expected) = expected.filter(|expected| *expected != digest) {
                    return Err(differs("the manifest", &digest, &expected).into());
                }
                self.document(bytes, media_type.as_deref(), digest, 0)
            }
            Start::Saved { config, layers } => self.saved(&config, layers),
        }
    }

    /// The image of a layout: one manifest, or several platforms of the same image.
    fn follow(&mut self, top: ImageIndex) -> Result<Resolved, Halt> {
        match top.manifests.as_slice() {
            [one] => self.descriptor(one, 0),
            _ => self.index(top, 0),
        }
    }

    fn descriptor(&mut self, descriptor: &Descriptor, depth: usize) -> Result<Resolved, Halt> {
        let bytes = self.fetch(descriptor, self.limits.manifest_bytes, true, "manifest")?;
        self.document(bytes, Some(&descriptor.media_type), descriptor.digest.clone(), depth)
    }

    fn document(
        &mut self,
        bytes: Vec<u8>,
        announced: Option<&str>,
        digest: Digest,
        depth: usize,
    ) -> Result<Resolved, Halt> {
        let announced = announced.filter(|announced| !announced.is_empty());
        let shape = kind_of(&bytes, announced).map_err(|problem| malformed("the manifest", &problem))?;
        let kind = match announced {
            Some(announced) => media::document_kind(announced).ok_or_else(|| unsupported(announced))?,
            None => shape,
        };
        match kind {
            DocumentKind::Manifest => self.manifest(bytes, announced, digest),
            DocumentKind::Index if depth < DEEPEST_INDEX => {
                let index = ImageIndex::read(&bytes, announced)
                    .map_err(|problem| malformed("the index", &problem))?;
                self.index(index, depth + 1)
            }
            DocumentKind::Index => Err(Finding::error(
                Code::IMG_003,
                "indexes point to indexes without end",
                format!("at most {DEEPEST_INDEX} indexes on the way to an image"),
            )
            .into()),
        }
    }

    fn index(&mut self, index: ImageIndex, depth: usize) -> Result<Resolved, Halt> {
        let choice = choose::by_platform(index, self.platform);
        self.others.extend(choice.others);
        match choice.image {
            Some(descriptor) => self.descriptor(&descriptor, depth),
            None => Err(Finding::error(
                Code::IMG_002,
                format!("the index has no image for {}", self.platform),
                format!("an image for {} in the index", self.platform),
            )
            .into()),
        }
    }

    fn manifest(
        &mut self,
        bytes: Vec<u8>,
        announced: Option<&str>,
        digest: Digest,
    ) -> Result<Resolved, Halt> {
        self.digest = Some(digest.clone());
        let manifest =
            ImageManifest::read(&bytes, announced).map_err(|problem| malformed("the manifest", &problem))?;
        if !matches!(manifest.config.media_type.as_str(), media::OCI_CONFIG | media::DOCKER_CONFIG) {
            return Err(unsupported(&manifest.config.media_type).into());
        }
        let raw = self.fetch(&manifest.config, self.limits.config_bytes, false, "configuration")?;
        let id = manifest.config.digest.clone();
        let config = self.config(&raw, manifest.layers.len())?;
        let layers = manifest.layers.iter().zip(&config.diff_ids);
        let layers =
            layers.map(|(layer, diff_id)| self.layer(layer, diff_id)).collect::<Result<_, Halt>>()?;
        let media_type =
            announced.or(manifest.media_type.as_deref()).unwrap_or(media::OCI_MANIFEST).to_owned();
        let Descriptor { digest: named, size, .. } = manifest.config;
        let config_address = Address::Blob { digest: named, size, document: false };
        Ok(Resolved {
            manifest: Some(bytes),
            digest: Some(digest),
            media_type,
            config,
            id,
            config_address,
            layers,
        })
    }

    fn saved(&mut self, config: &str, layers: Vec<String>) -> Result<Resolved, Halt> {
        let config_address = Address::Member(config.to_owned());
        let raw = self.read(&config_address, self.limits.config_bytes, "configuration")?;
        let raw = self.within(raw, self.limits.config_bytes, "the configuration")?;
        let id = sha256(&raw);
        // Docker names the member by the digest; podman too.
        let named = config.trim_end_matches(".json").rsplit('/').next().unwrap_or_default();
        if let Ok(expected) = format!("sha256:{named}").parse::<Digest>()
            && expected != id
        {
            return Err(differs("the configuration", &id, &expected).into());
        }
        let config = self.config(&raw, layers.len())?;
        let layer = |(name, diff_id): (String, &Digest)| LayerSource {
            address: Address::Member(name),
            diff_id: diff_id.clone(),
            promise: Promise {
                digest: None,
                size: None,
                encoding: Encoding::Unsaid,
                diff_id: Some(diff_id.clone()),
            },
        };
        let layers = layers.into_iter().zip(&config.diff_ids).map(layer).collect();
        let media_type = "docker-archive".into();
        Ok(Resolved { manifest: None, digest: None, media_type, config, id, config_address, layers })
    }

    fn config(&mut self, raw: &[u8], layers: usize) -> Result<ImageConfig, Halt> {
        let config =
            ImageConfig::read(raw).map_err(|problem| malformed("the configuration", &problem.into()))?;
        if layers > self.limits.layers {
            let most = self.limits.layers;
            let observed = format!("the image has {layers} layers");
            return Err(Finding::error(Code::IMG_003, observed, format!("at most {most} layers")).into());
        }
        if config.diff_ids.len() != layers {
            let observed =
                format!("the configuration names {} diff ids for {layers} layers", config.diff_ids.len());
            let finding = Finding::error(Code::IMG_001, observed, "one diff id for each layer");
            return Err(finding.at(Place::pointer("config", "/rootfs/diff_ids")).into());
        }
        if !self.platform.accepts(&config.platform()) {
            let observed = format!("the image is made for {}", config.platform());
            let fix =
                format!("build it for {}, or ask for `--platform {}`", self.platform, config.platform());
            let finding =
                Finding::error(Code::IMG_002, observed, format!("an image for {}", self.platform)).fix(fix);
            self.findings.push(finding.at(Place::pointer("config", "/architecture")));
        }
        Ok(config)
    }

    fn layer(&mut self, layer: &Descriptor, diff_id: &Digest) -> Result<LayerSource, Halt> {
        let has_urls = layer.urls.as_ref().is_some_and(|urls| !urls.is_empty());
        if media::is_foreign(&layer.media_type) || has_urls {
            let observed = format!("the layer {} is to be fetched from elsewhere", layer.digest);
            let finding = Finding::error(Code::IMG_004, observed, "every layer in the image itself");
            return Err(finding.at(Place::default().in_layer(diff_id)).into());
        }
        let encoding =
            media::layer_encoding(&layer.media_type).ok_or_else(|| unsupported(&layer.media_type))?;
        if layer.size > self.limits.unpacked_bytes {
            let observed = format!("the layer {} has {} bytes", layer.digest, layer.size);
            return Err(over(observed, self.limits.unpacked_bytes).into());
        }
        let (digest, size) = (layer.digest.clone(), layer.size);
        let (named, sized) = (Some(digest.clone()), Some(size));
        let promise = Promise { digest: named, size: sized, encoding, diff_id: Some(diff_id.clone()) };
        let address = Address::Blob { digest, size, document: false };
        Ok(LayerSource { address, promise, diff_id: diff_id.clone() })
    }
}
