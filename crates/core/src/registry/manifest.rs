//! Manifests: pushed, kept, listed.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{RepositoryName, Tag};
use crate::account::{Actor, OrgId};
use crate::digest::Digest;

/// Somebody pushed a manifest.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Push {
    /// Where to.
    pub repository: RepositoryName,
    /// The organization whose repository it is.
    pub org: OrgId,
    /// Digest of the manifest's bytes.
    pub digest: Digest,
    /// Tags that point to it from now on.
    pub tags: Vec<Tag>,
    /// Its media type, without parameters.
    pub media_type: String,
    /// Bytes of the manifest.
    pub size: u64,
    /// Who pushed it.
    pub actor: Actor,
    /// When.
    pub at: Timestamp,
}

/// A push with all that is to be kept of it. The protocol has checked digest, media type and form.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ManifestPush {
    /// What was pushed, by whom.
    pub push: Push,
    /// The exact bytes.
    pub bytes: Vec<u8>,
    /// What it points to.
    pub links: Vec<Link>,
    /// The manifest it says something about; it need not be here.
    pub subject: Option<Digest>,
    /// Its own artifact type, else an image's configuration media type.
    pub artifact_type: Option<String>,
    /// Its annotations.
    pub annotations: BTreeMap<String, String>,
}

/// What a manifest points to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Link {
    /// Digest of the other.
    pub digest: Digest,
    /// What the other is.
    pub kind: LinkKind,
}

/// What a manifest can point to.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum LinkKind {
    /// A blob: configuration or layer.
    Blob,
    /// A manifest of an index.
    Manifest,
    /// A layer to be fetched from elsewhere; it need not be here.
    Foreign,
}

/// A manifest as it is kept.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StoredManifest {
    /// Digest of its bytes.
    pub digest: Digest,
    /// Its media type.
    pub media_type: String,
    /// The exact bytes as they were pushed.
    pub bytes: Vec<u8>,
}

/// A manifest that says something about another one, as the referrers list shows it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Referrer {
    /// Its media type.
    pub media_type: String,
    /// Its digest.
    pub digest: Digest,
    /// Its bytes.
    pub size: u64,
    /// What kind of artifact it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub artifact_type: Option<String>,
    /// Its annotations.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub annotations: BTreeMap<String, String>,
}

/// One change of where a tag points.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TagChange {
    /// Where it points since; nowhere when it was deleted.
    pub digest: Option<Digest>,
    /// Who changed it.
    pub actor: String,
    /// When.
    pub at: Timestamp,
}
