//! What the workers are told of an image that has come, or is to be fetched.

use assay_core::digest::Digest;
use assay_core::registry::{Push, RepositoryName, Tag};
use assay_core::work::{NewWork, WorkKind};
use assay_core::{BuildId, OrgId, UserId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// How often an image is read or fetched before that is given up.
const ATTEMPTS: u32 = 8;

/// Payload of [`WorkKind::Intake`]: read a pushed image and find out whose build it is.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct IntakeOrder {
    /// The repository pushed to.
    pub repository: RepositoryName,
    /// Its organization.
    pub org: OrgId,
    /// Digest of the manifest or index.
    pub digest: Digest,
    /// The tag pushed; further ones stand in the registry's records.
    pub tag: Option<Tag>,
    /// Who pushed it.
    pub pushed_by: Option<UserId>,
    /// Who pushed it, for people.
    pub pusher: String,
    /// When.
    pub at: Timestamp,
}

impl IntakeOrder {
    /// The order that a push gives.
    pub fn of(push: &Push) -> Self {
        Self {
            repository: push.repository.clone(),
            org: push.org,
            digest: push.digest.clone(),
            tag: push.tags.first().cloned(),
            pushed_by: push.actor.user,
            pusher: push.actor.name.clone(),
            at: push.at,
        }
    }

    /// The key of its work: one image of one repository.
    pub fn key(&self) -> String {
        format!("{}@{}", self.repository, self.digest)
    }

    /// The reference as pushed, for people.
    pub fn reference(&self) -> String {
        match &self.tag {
            Some(tag) => format!("{}:{}", self.repository, tag.as_str()),
            None => self.key(),
        }
    }

    /// The work it asks for.
    pub fn work(&self) -> NewWork {
        NewWork {
            kind: WorkKind::Intake,
            key: self.key(),
            payload: serde_json::json!(self),
            not_before: self.at,
            max_attempts: ATTEMPTS,
        }
    }
}

/// Payload of [`WorkKind::Fetch`]: bring the image of a build that is there already.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FetchOrder {
    /// The build; it is `uploaded`.
    pub build: BuildId,
    /// Where the image is.
    pub source: FetchSource,
}

/// Where an image is that is to be fetched.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum FetchSource {
    /// In a registry: `host/repository:tag`, checked for its form. It never names a file, a folder or a daemon.
    Registry(String),
    /// In an archive that was uploaded: the name of a file in the data folder's `archives`, without any folder. Whoever
    /// ends the work removes the file.
    Archive(String),
}

impl FetchOrder {
    /// The work it asks for.
    pub fn work(&self, at: Timestamp) -> NewWork {
        NewWork {
            kind: WorkKind::Fetch,
            key: self.build.to_string(),
            payload: serde_json::json!(self),
            not_before: at,
            max_attempts: ATTEMPTS,
        }
    }
}
