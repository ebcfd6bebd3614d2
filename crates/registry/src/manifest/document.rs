//! What the registry has to know of a pushed manifest (OCI image specification `manifest.md`, `image-index.md`).

use std::collections::BTreeMap;

use assay_core::Digest;
use assay_core::registry::media::{self, ManifestKind};
use assay_core::registry::{Link, LinkKind};
use serde::Deserialize;
use serde::de::IgnoredAny;

/// What a manifest says of itself.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Document {
    /// Its media type.
    pub(crate) media_type: String,
    /// What it points to, each once.
    pub(crate) links: Vec<Link>,
    /// What it is about.
    pub(crate) subject: Option<Digest>,
    /// What kind of artifact it is.
    pub(crate) artifact_type: Option<String>,
    /// Remarks.
    pub(crate) annotations: BTreeMap<String, String>,
}

/// Why a manifest is not taken.
#[derive(Debug, thiserror::Error)]
pub enum ManifestProblem {
    /// Not JSON, or not of the documented form.
    #[error("the manifest cannot be read: {0}")]
    Form(#[from] serde_json::Error),
    /// Docker's first schema, or one to come.
    #[error("its `schemaVersion` is not 2: manifests of Docker's first schema are not taken")]
    Schema,
    /// Nothing we know.
    #[error("manifests of type `{0}` are not taken")]
    Unknown(String),
    /// Content type and document disagree.
    #[error("it says to be `{found}` but came as `{announced}`")]
    MediaType {
        /// `mediaType` of the document.
        found: String,
        /// Content type of the request.
        announced: String,
    },
    /// It could be read as two kinds, or as none.
    #[error("it has to have either `config` and `layers` or `manifests`, as its type says")]
    Shape,
    /// It points to more than allowed.
    #[error("it points to more than {0} things")]
    TooMany(usize),
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Raw {
    schema_version: Option<serde_json::Value>,
    media_type: Option<String>,
    artifact_type: Option<String>,
    config: Option<Pointer>,
    layers: Option<Vec<Pointer>>,
    manifests: Option<Vec<Pointer>>,
    fs_layers: Option<IgnoredAny>,
    subject: Option<Pointer>,
    annotations: Option<BTreeMap<String, String>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Pointer {
    #[serde(default)]
    media_type: String,
    digest: Digest,
    #[serde(rename = "size")]
    _size: u64,
}

/// Reads a manifest as the registry does. `announced` is the content type it came with.
///
/// # Errors
/// When it is not taken.
pub fn read_manifest(bytes: &[u8], announced: Option<&str>) -> Result<Vec<Link>, ManifestProblem> {
    parse(bytes, announced, usize::MAX).map(|document| document.links)
}

pub(crate) fn parse(
    bytes: &[u8],
    announced: Option<&str>,
    most_links: usize,
) -> Result<Document, ManifestProblem> {
    let raw: Raw = serde_json::from_slice(bytes)?;
    if raw.schema_version.as_ref().is_none_or(|version| *version != 2) || raw.fs_layers.is_some() {
        return Err(ManifestProblem::Schema);
    }
    let media_type = media_type(&raw, announced)?;
    let kind = ManifestKind::of(&media_type).ok_or_else(|| ManifestProblem::Unknown(media_type.clone()))?;
    let links = links(&raw, kind)?;
    if links.len() > most_links {
        return Err(ManifestProblem::TooMany(most_links));
    }
    Ok(Document {
        media_type,
        links,
        artifact_type: artifact_type(&raw, kind),
        subject: raw.subject.map(|subject| subject.digest),
        annotations: raw.annotations.unwrap_or_default(),
    })
}

/// The type by content type and document, which must not disagree; without either, by the fields.
fn media_type(raw: &Raw, announced: Option<&str>) -> Result<String, ManifestProblem> {
    let announced = announced.map(|full| full.split(';').next().unwrap_or_default().trim());
    let found = raw.media_type.as_deref().filter(|found| !found.is_empty());
    match (found, announced.filter(|announced| !announced.is_empty())) {
        (Some(found), Some(announced)) if found != announced => {
            Err(ManifestProblem::MediaType { found: found.into(), announced: announced.into() })
        }
        (Some(one), _) | (None, Some(one)) => Ok(one.into()),
        (None, None) if raw.manifests.is_some() => Ok(media::OCI_INDEX.into()),
        (None, None) => Ok(media::OCI_MANIFEST.into()),
    }
}

fn links(raw: &Raw, kind: ManifestKind) -> Result<Vec<Link>, ManifestProblem> {
    let mut links: Vec<Link> = match (kind, &raw.config, &raw.layers, &raw.manifests) {
        (ManifestKind::Image, Some(config), Some(layers), None) => {
            std::iter::once(config).chain(layers).map(blob).collect()
        }
        (ManifestKind::Index, None, None, Some(manifests)) => manifests
            .iter()
            .map(|child| Link { digest: child.digest.clone(), kind: LinkKind::Manifest })
            .collect(),
        _ => return Err(ManifestProblem::Shape),
    };
    let mut seen = std::collections::HashSet::new();
    links.retain(|link| seen.insert((link.digest.clone(), link.kind)));
    Ok(links)
}

fn blob(pointer: &Pointer) -> Link {
    let kind = if media::is_foreign(&pointer.media_type) { LinkKind::Foreign } else { LinkKind::Blob };
    Link { digest: pointer.digest.clone(), kind }
}

/// An index has its own only; an image may be named by its configuration.
fn artifact_type(raw: &Raw, kind: ManifestKind) -> Option<String> {
    let own = raw.artifact_type.as_ref().filter(|own| !own.is_empty());
    let config = raw.config.as_ref().map(|config| &config.media_type);
    let named = if kind == ManifestKind::Image { own.or(config) } else { own };
    named.filter(|named| !named.is_empty()).cloned()
}
