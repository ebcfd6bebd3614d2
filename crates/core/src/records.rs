//! What can be asked of the records within a transaction, by noun. The store implements it; the use cases call it.

use jiff::Timestamp;

use crate::Refused;
use crate::account::OrgId;
use crate::build::{Build, BuildId, BuildStatus, LifecycleEvent};
use crate::category::Category;
use crate::digest::Digest;
use crate::engine::{Engine, EngineId, EngineState};
use crate::manifest::EngineMode;
use crate::profile::DeploymentModel;

pub use crate::account::records::{Accounts, ApiKeys, Organizations, Secrets, Sessions, UserFilter, Users};

/// Which part of a list: skip `offset`, return at most `limit`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Page {
    /// Rows left out.
    pub offset: u32,
    /// Rows at most.
    pub limit: u32,
}

/// Which engines.
#[derive(Clone, PartialEq, Default, Debug)]
pub struct EngineFilter {
    /// Of this organization.
    pub org: Option<OrgId>,
    /// With one of these ids; empty means any.
    pub ids: Vec<EngineId>,
    /// Whose name contains this, whatever the case.
    pub name: Option<String>,
    /// Deleted ones too.
    pub deleted: bool,
    /// Of this organization, or public and deployed.
    pub visible_to: Option<OrgId>,
    /// In one of these states; empty means any.
    pub states: Vec<EngineState>,
    /// Of one of these categories; empty means any.
    pub categories: Vec<Category>,
    /// With one of these modes; empty means any.
    pub modes: Vec<EngineMode>,
    /// With one of these models; empty means any.
    pub deployment_models: Vec<DeploymentModel>,
    /// Whose tasks need a library, or need none.
    pub library_required: Option<bool>,
    /// Whose tasks make their own target, or do not.
    pub creates_tdo: Option<bool>,
    /// In this order; by name when nothing is said, and among equals by id.
    pub order: Vec<(EngineOrder, Direction)>,
}

/// What engines are ordered by.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum EngineOrder {
    /// Display name.
    Name,
    /// Id.
    Id,
    /// Category by name.
    Category,
    /// Mode by name.
    Mode,
    /// Deployment model by name.
    DeploymentModel,
    /// When it was made.
    CreatedAt,
    /// When its profile last changed.
    ModifiedAt,
}

/// Which end of an order comes first.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default, Debug)]
pub enum Direction {
    /// Smallest first.
    #[default]
    Ascending,
    /// Greatest first.
    Descending,
}

/// Engines.
pub trait Engines {
    /// Keeps a new engine. Rejected when its slug is taken in its organization (`slug-taken`).
    fn insert_engine(&self, engine: &Engine) -> Result<(), Refused>;
    /// Writes the engine's row anew.
    fn update_engine(&self, engine: &Engine) -> Result<(), Refused>;
    /// The engine, deleted or not.
    fn engine(&self, id: EngineId) -> Result<Option<Engine>, Refused>;
    /// The engine of this name in registry paths, unless deleted.
    fn engine_by_slug(&self, org: OrgId, slug: &str) -> Result<Option<Engine>, Refused>;
    /// Engines, in the order asked for.
    fn engines(&self, filter: &EngineFilter, page: Page) -> Result<Vec<Engine>, Refused>;
    /// Statuses of the engine's builds that are not deleted, for its derived state.
    fn build_statuses(&self, id: EngineId) -> Result<Vec<BuildStatus>, Refused>;
}

/// Which builds.
#[derive(Clone, PartialEq, Default, Debug)]
pub struct BuildFilter {
    /// Of this engine.
    pub engine: Option<EngineId>,
    /// Of this organization.
    pub org: Option<OrgId>,
    /// In one of these statuses; empty means any but deleted.
    pub statuses: Vec<BuildStatus>,
    /// The one of this id.
    pub id: Option<BuildId>,
    /// Of this image.
    pub digest: Option<Digest>,
    /// Only those waiting for a person.
    pub awaiting_approval: bool,
}

/// Builds and their events.
pub trait Builds {
    /// Keeps a new build; its number must be [`Self::next_number`]. Rejected when the engine has a build of this digest
    /// (`build-exists`).
    fn insert_build(&self, build: &Build) -> Result<(), Refused>;
    /// Writes the build's row anew.
    fn update_build(&self, build: &Build) -> Result<(), Refused>;
    /// The build, deleted or not.
    fn build(&self, id: BuildId) -> Result<Option<Build>, Refused>;
    /// The engine's build of this image.
    fn build_by_digest(&self, engine: EngineId, digest: &Digest) -> Result<Option<Build>, Refused>;
    /// The engine's build of this number, deleted or not.
    fn build_by_number(&self, engine: EngineId, number: u32) -> Result<Option<Build>, Refused>;
    /// The engine's deployed build.
    fn deployed_build(&self, engine: EngineId) -> Result<Option<Build>, Refused>;
    /// Builds, newest first; of those that wait for a person, the longest waiting first.
    fn builds(&self, filter: &BuildFilter, page: Page) -> Result<Vec<Build>, Refused>;
    /// One more than the engine's highest number, deleted builds included.
    fn next_number(&self, engine: EngineId) -> Result<u32, Refused>;
    /// Appends an event and returns its sequence number.
    fn append_event(&self, event: &LifecycleEvent) -> Result<i64, Refused>;
    /// Events of a build, oldest first.
    fn build_events(&self, build: BuildId, page: Page) -> Result<Vec<LifecycleEvent>, Refused>;
    /// Events of an engine and its builds, oldest first.
    fn engine_events(&self, engine: EngineId, page: Page) -> Result<Vec<LifecycleEvent>, Refused>;
}

/// Documents kept by the digest of their bytes: reports, manifests.
pub trait Documents {
    /// Keeps a document; the same bytes are kept once.
    fn keep_document(
        &self,
        digest: &Digest,
        media_type: &str,
        bytes: &[u8],
        now: Timestamp,
    ) -> Result<(), Refused>;
    /// Media type and bytes of a document.
    fn document(&self, digest: &Digest) -> Result<Option<(String, Vec<u8>)>, Refused>;
}
