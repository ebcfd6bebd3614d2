//! What whoever judges is told. It travels to a process of its own.

use std::collections::BTreeMap;
use std::io::{self, Read};
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use assay_core::run::AddressBlock;
use assay_core::{Digest, EngineProfile, Fault, Policy, Refused, Waiver};
use assay_image::{Blobs, OpenOptions, TopDocument};
use serde::{Deserialize, Serialize};

use super::port::BlobFiles;
use crate::certification::Request;

/// Time allowed beyond what the policy's limits add up to: for reading the image, and for what each run takes to set up.
const BESIDE: Duration = Duration::from_secs(10 * 60);

/// What is to be done with an image.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Task {
    /// Judge it from end to end.
    Certify,
    /// Start it once.
    Probe,
}

/// An image to be judged.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Order {
    /// What to do.
    pub task: Task,
    /// The image's name, for people.
    pub reference: String,
    /// The document it begins with.
    pub top: TopDocument,
    /// Its manifests, JSON texts.
    pub documents: BTreeMap<Digest, String>,
    /// The engine.
    pub profile: EngineProfile,
    /// The policy to judge by.
    pub policy: Policy,
    /// Waivers at hand.
    pub waivers: Vec<Waiver>,
    /// What the engine may reach all the same.
    pub reach: Reach,
    /// An existing empty folder for what the runs leave behind.
    pub evidence_dir: PathBuf,
}

/// What engines that declare hosts may reach although they could not, as the operator has set it.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct Reach {
    /// Private addresses and blocks, such as `10.0.0.0/8`.
    pub allow: Vec<String>,
    /// Fixed addresses of names.
    pub resolve: BTreeMap<String, IpAddr>,
}

impl Order {
    /// The same as a request.
    ///
    /// # Errors
    /// A fault when an address is malformed; they were checked when they were set.
    pub fn request(&self, open: OpenOptions) -> Result<Request, Refused> {
        let blocks = self.reach.allow.iter().map(|text| text.parse::<AddressBlock>());
        let exceptions = blocks.collect::<Result<_, _>>().map_err(|cause| {
            Fault::new("configuration", "reading the addresses that are let through", cause)
        })?;
        Ok(Request {
            reference: self.reference.clone(),
            open,
            profile: self.profile.clone(),
            policy: self.policy.clone(),
            waivers: self.waivers.clone(),
            pushed_as: Some(self.top.digest.clone()),
            without: Default::default(),
            input: None,
            exceptions,
            resolve: self.reach.resolve.clone(),
            seed: 0,
            evidence_dir: self.evidence_dir.clone(),
        })
    }

    /// How long it may take: two runs with every patience the policy has, and the rest.
    pub fn limit(&self) -> Duration {
        let run = Duration::from_secs(self.policy.limits.run_seconds());
        run.saturating_mul(2).saturating_add(BESIDE)
    }

    /// The image's blobs: the documents that came along, and the registry's files.
    pub fn blobs<'a>(&'a self, files: &'a dyn BlobFiles) -> OrderedBlobs<'a> {
        OrderedBlobs { documents: &self.documents, files }
    }
}

/// The blobs of an order.
pub struct OrderedBlobs<'a> {
    documents: &'a BTreeMap<Digest, String>,
    files: &'a dyn BlobFiles,
}

impl Blobs for OrderedBlobs<'_> {
    fn blob(&self, digest: &Digest) -> io::Result<Option<Box<dyn Read + Send>>> {
        Ok(self.files.open(digest)?.map(|file| Box::new(file) as Box<dyn Read + Send>))
    }

    fn document(&self, digest: &Digest) -> io::Result<Option<Vec<u8>>> {
        Ok(self.documents.get(digest).map(|text| text.clone().into_bytes()))
    }
}
