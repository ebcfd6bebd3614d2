//! What the registry asks of the records within a transaction. The store implements it.

use jiff::Timestamp;

use super::{
    Link, ManifestPush, Referrer, Repository, RepositoryName, StoredBlob, StoredManifest, Tag, TagChange,
    VisibleBlob,
};
use crate::Refused;
use crate::account::{Actor, OrgId};
use crate::digest::Digest;

/// All of the registry's records.
pub trait RegistryRecords:
    Repositories + BlobRecords + ManifestRecords + TagRecords + StorageUse + BlobCollection + BlobIntegrity
{
}

impl<
    T: Repositories + BlobRecords + ManifestRecords + TagRecords + StorageUse + BlobCollection + BlobIntegrity,
> RegistryRecords for T
{
}

/// Repositories.
pub trait Repositories {
    /// The repository of this name.
    fn repository(&self, name: &RepositoryName) -> Result<Option<Repository>, Refused>;
    /// The repository of this name, made when it is not there.
    fn make_repository(
        &self,
        name: &RepositoryName,
        org: OrgId,
        at: Timestamp,
    ) -> Result<Repository, Refused>;
    /// Names of repositories in order, those after `after`.
    fn repositories(&self, after: Option<&str>, limit: u32) -> Result<Vec<RepositoryName>, Refused>;
}

/// Who sees which blob. A damaged blob is as good as absent until it is pushed again.
pub trait BlobRecords {
    /// The blob, when the repository sees it.
    fn visible_blob(&self, repository: &Repository, digest: &Digest) -> Result<Option<VisibleBlob>, Refused>;
    /// Keeps a blob whose file is in its place, and shows it to the repository. Counts it against the organization's
    /// quota unless the organization had it; brings back a doomed or damaged one.
    fn keep_blob(
        &self,
        repository: &Repository,
        digest: &Digest,
        size: u64,
        at: Timestamp,
    ) -> Result<(), Refused>;
    /// Shows a blob that is here to one more repository; `None` when it is not here. Returns its size.
    fn show_blob(
        &self,
        repository: &Repository,
        digest: &Digest,
        at: Timestamp,
    ) -> Result<Option<u64>, Refused>;
    /// Size of the blob, when any repository of the organization sees it.
    fn blob_of_org(&self, org: OrgId, digest: &Digest) -> Result<Option<u64>, Refused>;
    /// Notes that the repository's blob was asked for; `false` when the repository does not see it.
    fn stamp_blob(&self, repository: &Repository, digest: &Digest, at: Timestamp) -> Result<bool, Refused>;
    /// Takes a blob out of the repository's sight; `false` when it was not in it.
    fn hide_blob(&self, repository: &Repository, digest: &Digest) -> Result<bool, Refused>;
    /// Some repositories that see the blob.
    fn repositories_with_blob(&self, digest: &Digest, limit: u32) -> Result<Vec<RepositoryName>, Refused>;
}

/// Manifests. A damaged one is as good as absent until it is pushed again.
pub trait ManifestRecords {
    /// Which of these the repository does not have, foreign ones aside.
    fn missing_links(&self, repository: &Repository, links: &[Link]) -> Result<Vec<Digest>, Refused>;
    /// Keeps a manifest with what it points to; `false` when the repository had it.
    fn insert_manifest(&self, repository: &Repository, push: &ManifestPush) -> Result<bool, Refused>;
    /// A manifest of the repository.
    fn manifest(&self, repository: &Repository, digest: &Digest) -> Result<Option<StoredManifest>, Refused>;
    /// Whether the repository has the manifest, without reading it.
    fn has_manifest(&self, repository: &Repository, digest: &Digest) -> Result<bool, Refused>;
    /// Manifests of the repository that point to this manifest, at most `limit`.
    fn manifests_around(
        &self,
        repository: &Repository,
        digest: &Digest,
        limit: u32,
    ) -> Result<Vec<Digest>, Refused>;
    /// Takes a manifest away with its tags; `false` when it was not there. What it pointed to counts as just seen.
    fn delete_manifest(
        &self,
        repository: &Repository,
        digest: &Digest,
        actor: &Actor,
        at: Timestamp,
    ) -> Result<bool, Refused>;
    /// Manifests that are about `subject`, by digest, those after `after`, of this artifact type when one is given.
    fn referrers(
        &self,
        repository: &Repository,
        subject: &Digest,
        artifact_type: Option<&str>,
        after: Option<&Digest>,
        limit: u32,
    ) -> Result<Vec<Referrer>, Refused>;
}

/// Tags and where they pointed.
pub trait TagRecords {
    /// Where a tag points.
    fn tag(&self, repository: &Repository, tag: &Tag) -> Result<Option<Digest>, Refused>;
    /// Lets a tag point to a manifest; pointing there already changes nothing.
    fn set_tag(
        &self,
        repository: &Repository,
        tag: &Tag,
        digest: &Digest,
        actor: &Actor,
        at: Timestamp,
    ) -> Result<(), Refused>;
    /// Takes a tag away; `false` when it was not there.
    fn delete_tag(
        &self,
        repository: &Repository,
        tag: &Tag,
        actor: &Actor,
        at: Timestamp,
    ) -> Result<bool, Refused>;
    /// Tags in ASCII order, those after `after`.
    fn tags(&self, repository: &Repository, after: Option<&str>, limit: u32) -> Result<Vec<Tag>, Refused>;
    /// Tags that point to a manifest, in ASCII order.
    fn tags_of(&self, repository: &Repository, digest: &Digest) -> Result<Vec<Tag>, Refused>;
    /// Where a tag pointed, newest first.
    fn tag_history(&self, repository: &Repository, tag: &Tag, limit: u32) -> Result<Vec<TagChange>, Refused>;
}

/// How much each organization stores, and may.
pub trait StorageUse {
    /// Bytes of the distinct blobs the organization's repositories see.
    fn bytes_used(&self, org: OrgId) -> Result<u64, Refused>;
    /// The organization's own quota in bytes; nothing when the installation's default holds.
    fn quota(&self, org: OrgId) -> Result<Option<u64>, Refused>;
    /// Sets or lifts the organization's own quota.
    fn set_quota(&self, org: OrgId, bytes: Option<u64>) -> Result<(), Refused>;
}

/// What nobody uses any more.
pub trait BlobCollection {
    /// Blobs with the repositories that see them without need: no manifest there points to them and nobody has asked for
    /// them since `before`; at most `limit`. Goes through whole tables, so it is for a transaction that only reads.
    fn needless_blobs(&self, before: Timestamp, limit: u32) -> Result<Vec<(Repository, Digest)>, Refused>;
    /// Takes a blob out of the repository's sight if it is there without need still; `false` when it is not.
    fn hide_needless_blob(
        &self,
        repository: &Repository,
        digest: &Digest,
        before: Timestamp,
    ) -> Result<bool, Refused>;
    /// Blobs that no repository sees and no manifest points to, and that are not doomed yet; at most `limit`. Goes through
    /// whole tables too.
    fn unseen_blobs(&self, limit: u32) -> Result<Vec<Digest>, Refused>;
    /// Dooms a blob if it is unused still; `false` when it is not.
    fn doom_blob(&self, digest: &Digest, at: Timestamp) -> Result<bool, Refused>;
    /// Blobs doomed before `before`.
    fn doomed_blobs(&self, before: Timestamp, limit: u32) -> Result<Vec<StoredBlob>, Refused>;
    /// Forgets a blob that is doomed still and unused; `false` when it is not. Its file can go after the commit.
    fn forget_blob(&self, digest: &Digest) -> Result<bool, Refused>;
    /// What the two rules above would find at once: blobs and their bytes.
    fn unused_blobs(&self, before: Timestamp) -> Result<(u64, u64), Refused>;
}

/// Going through everything that is kept, and marking what is not what it was.
pub trait BlobIntegrity {
    /// The blob's row.
    fn stored_blob(&self, digest: &Digest) -> Result<Option<StoredBlob>, Refused>;
    /// Blobs that are not damaged, by digest, those after `after`.
    fn blobs(&self, after: Option<&Digest>, limit: u32) -> Result<Vec<StoredBlob>, Refused>;
    /// Manifests that are not damaged, by repository and digest, those after `after`.
    fn manifests(
        &self,
        after: Option<(&RepositoryName, &Digest)>,
        limit: u32,
    ) -> Result<Vec<(RepositoryName, StoredManifest)>, Refused>;
    /// Marks a blob as damaged. Returns the manifests that point to it, in all repositories.
    fn damage_blob(&self, digest: &Digest, at: Timestamp) -> Result<Vec<(RepositoryName, Digest)>, Refused>;
    /// Marks a manifest as damaged.
    fn damage_manifest(&self, repository: &Repository, digest: &Digest, at: Timestamp)
    -> Result<(), Refused>;
    /// How far a task that goes through everything has come; nothing when it begins anew.
    fn cursor(&self, task: &str) -> Result<Option<String>, Refused>;
    /// Notes how far the task has come.
    fn set_cursor(&self, task: &str, at: Option<&str>) -> Result<(), Refused>;
}
