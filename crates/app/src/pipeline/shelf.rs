//! A repository's images as intake reads them.

use std::collections::BTreeMap;
use std::io::{self, Read};

use assay_core::ledger::{Transaction, read};
use assay_core::registry::{RepositoryName, StoredManifest};
use assay_core::{Digest, Fault, Ledger, Refused};
use assay_image::{Blobs, TopDocument};
use serde_json::Value;

use super::port::BlobFiles;

/// Manifests of one image at most; an index with more platforms is cut, and what is cut is missing.
const MOST: usize = 64;

/// What a repository has.
pub(super) struct Shelf<'a> {
    pub(super) ledger: &'a dyn Ledger,
    pub(super) files: &'a dyn BlobFiles,
    pub(super) repository: &'a RepositoryName,
}

impl Shelf<'_> {
    fn manifest(&self, digest: &Digest) -> Result<Option<StoredManifest>, Refused> {
        read(self.ledger, |records| manifest(records, self.repository, digest))
    }
}

impl Blobs for Shelf<'_> {
    fn blob(&self, digest: &Digest) -> io::Result<Option<Box<dyn Read + Send>>> {
        Ok(self.files.open(digest)?.map(|file| Box::new(file) as Box<dyn Read + Send>))
    }

    fn document(&self, digest: &Digest) -> io::Result<Option<Vec<u8>>> {
        let found = self.manifest(digest).map_err(|refused| io::Error::other(refused.to_string()))?;
        Ok(found.map(|manifest| manifest.bytes))
    }
}

/// A manifest of a repository.
pub(super) fn manifest(
    records: &dyn Transaction,
    name: &RepositoryName,
    digest: &Digest,
) -> Result<Option<StoredManifest>, Refused> {
    match records.repository(name)? {
        Some(repository) => records.manifest(&repository, digest),
        None => Ok(None),
    }
}

/// The manifests of an image, beginning with the one pushed.
#[derive(Debug)]
pub(super) struct Documents {
    pub(super) top: TopDocument,
    pub(super) texts: BTreeMap<Digest, String>,
}

impl Documents {
    /// Gathers them; nothing when the repository does not have the first.
    pub(super) fn gather(
        records: &dyn Transaction,
        name: &RepositoryName,
        digest: &Digest,
    ) -> Result<Option<Self>, Refused> {
        let Some(first) = manifest(records, name, digest)? else { return Ok(None) };
        let top = TopDocument { digest: digest.clone(), media_type: first.media_type.clone() };
        let mut texts = BTreeMap::new();
        let mut waiting = vec![first];
        while let Some(found) = waiting.pop() {
            let text = String::from_utf8(found.bytes)
                .map_err(|cause| Fault::new("store", "reading a manifest", cause))?;
            for child in digests(&text, "manifests") {
                if texts.len() + waiting.len() < MOST && !texts.contains_key(&child) && child != found.digest
                {
                    waiting.extend(manifest(records, name, &child)?);
                }
            }
            texts.insert(found.digest, text);
        }
        Ok(Some(Self { top, texts }))
    }

    /// Configurations and layers of all of them.
    pub(super) fn blobs(&self) -> Vec<Digest> {
        let mut blobs: Vec<Digest> =
            self.texts.values().flat_map(|text| [digests(text, "layers"), config(text)].concat()).collect();
        blobs.sort();
        blobs.dedup();
        blobs
    }
}

/// Digests of the descriptors listed under `key`.
fn digests(text: &str, key: &str) -> Vec<Digest> {
    let value: Value = serde_json::from_str(text).unwrap_or_default();
    value.get(key).and_then(Value::as_array).into_iter().flatten().filter_map(digest).collect()
}

fn config(text: &str) -> Vec<Digest> {
    let value: Value = serde_json::from_str(text).unwrap_or_default();
    value.get("config").and_then(digest).into_iter().collect()
}

fn digest(descriptor: &Value) -> Option<Digest> {
    descriptor.get("digest")?.as_str()?.parse().ok()
}
