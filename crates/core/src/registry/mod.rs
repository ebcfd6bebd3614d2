//! The registry's nouns and ports: repositories, tags, manifests and blobs (OCI distribution specification), who may do
//! what with them, and who is told of a push.

mod blob;
mod desk;
mod gate;
mod keep;
mod manifest;
pub mod media;
mod name;
mod records;
mod tag;

pub use blob::{BlobState, StoredBlob, VisibleBlob};
pub use desk::{Accepted, ManifestDesk, PlainDesk};
pub use gate::{Denied, Gate, RepositoryAction};
pub use keep::{Kept, keep_manifest};
pub use manifest::{Link, LinkKind, ManifestPush, Push, Referrer, StoredManifest, TagChange};
pub use name::{MalformedName, Repository, RepositoryId, RepositoryName};
pub use records::{
    BlobCollection, BlobIntegrity, BlobRecords, ManifestRecords, RegistryRecords, Repositories, StorageUse,
    TagRecords,
};
pub use tag::{MalformedTag, Reference, Tag};
