//! Words of the public schema, and what they are called at home.

use assay_core::engine::EngineStateAction;
use assay_core::manifest;
use assay_core::profile;
use async_graphql::Enum;

/// How far an engine may reach.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(rename_items = "PascalCase")]
pub(super) enum DeploymentModel {
    /// Reaches nothing.
    FullyNetworkIsolated,
    /// Reaches the hosts it declared; no user data leaves.
    MostlyNetworkIsolated,
    /// Sends data to the declared hosts to be processed.
    NonNetworkIsolated,
    /// People work on the data.
    HumanReview,
}

impl From<DeploymentModel> for profile::DeploymentModel {
    fn from(model: DeploymentModel) -> Self {
        match model {
            DeploymentModel::FullyNetworkIsolated => Self::NetworkIsolated,
            DeploymentModel::MostlyNetworkIsolated => Self::ExternalAccess,
            DeploymentModel::NonNetworkIsolated => Self::ExternalProcessing,
            DeploymentModel::HumanReview => Self::HumanReview,
        }
    }
}

impl From<profile::DeploymentModel> for DeploymentModel {
    fn from(model: profile::DeploymentModel) -> Self {
        match model {
            profile::DeploymentModel::NetworkIsolated => Self::FullyNetworkIsolated,
            profile::DeploymentModel::ExternalAccess => Self::MostlyNetworkIsolated,
            profile::DeploymentModel::ExternalProcessing => Self::NonNetworkIsolated,
            profile::DeploymentModel::HumanReview => Self::HumanReview,
        }
    }
}

/// How an engine takes its work.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(rename_items = "PascalCase")]
pub(super) enum EngineMode {
    /// One call per chunk of media.
    Chunk,
    /// Bytes in order from a stream.
    Stream,
    /// One container per task.
    Batch,
}

impl EngineMode {
    /// The modes that the word stands for at home.
    pub(super) fn modes(self) -> &'static [manifest::EngineMode] {
        match self {
            Self::Chunk => &[manifest::EngineMode::Chunk],
            Self::Stream => &[manifest::EngineMode::Stream],
            Self::Batch => &[manifest::EngineMode::Batch, manifest::EngineMode::Legacy],
        }
    }
}

impl From<manifest::EngineMode> for EngineMode {
    fn from(mode: manifest::EngineMode) -> Self {
        match mode {
            manifest::EngineMode::Chunk => Self::Chunk,
            manifest::EngineMode::Stream => Self::Stream,
            manifest::EngineMode::Batch | manifest::EngineMode::Legacy => Self::Batch,
        }
    }
}

impl From<EngineMode> for manifest::EngineMode {
    fn from(mode: EngineMode) -> Self {
        match mode {
            EngineMode::Chunk => Self::Chunk,
            EngineMode::Stream => Self::Stream,
            EngineMode::Batch => Self::Batch,
        }
    }
}

/// The state of an engine. `draft` is never produced.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(rename_items = "lowercase")]
pub(super) enum EngineState {
    /// A build is deployed.
    Active,
    /// No new tasks.
    Disabled,
    /// No usable build.
    Pending,
    /// Gone from lists.
    Deleted,
    /// Not used here.
    Draft,
    /// A usable build, none deployed.
    Ready,
}

impl EngineState {
    /// The state at home; none for `draft`.
    pub(super) fn state(self) -> Option<assay_core::EngineState> {
        Some(match self {
            Self::Active => assay_core::EngineState::Active,
            Self::Disabled => assay_core::EngineState::Disabled,
            Self::Pending => assay_core::EngineState::Pending,
            Self::Deleted => assay_core::EngineState::Deleted,
            Self::Ready => assay_core::EngineState::Ready,
            Self::Draft => return None,
        })
    }
}

impl From<assay_core::EngineState> for EngineState {
    fn from(state: assay_core::EngineState) -> Self {
        match state {
            assay_core::EngineState::Active => Self::Active,
            assay_core::EngineState::Disabled => Self::Disabled,
            assay_core::EngineState::Pending => Self::Pending,
            assay_core::EngineState::Deleted => Self::Deleted,
            assay_core::EngineState::Ready => Self::Ready,
        }
    }
}

/// What may be done with an engine.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(name = "EngineStateAction", rename_items = "lowercase")]
pub(super) enum StateAction {
    /// Change the profile.
    Edit,
    /// Delete.
    Delete,
    /// Take out of service.
    Disable,
    /// Put back into service.
    Enable,
    /// Take a deletion back.
    Undelete,
}

impl From<EngineStateAction> for StateAction {
    fn from(action: EngineStateAction) -> Self {
        match action {
            EngineStateAction::Edit => Self::Edit,
            EngineStateAction::Delete => Self::Delete,
            EngineStateAction::Disable => Self::Disable,
            EngineStateAction::Enable => Self::Enable,
            EngineStateAction::Undelete => Self::Undelete,
        }
    }
}

/// Class of engines.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(name = "EngineTypeFilter", rename_items = "PascalCase")]
pub(super) enum EngineType {
    /// Analyses media.
    Cognition,
    /// Brings media in or out.
    Ingestion,
    /// Joins the results of others.
    Aggregator,
}

impl EngineType {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Cognition => "Cognition",
            Self::Ingestion => "Ingestion",
            Self::Aggregator => "Aggregator",
        }
    }
}

/// Which end comes first.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(rename_items = "lowercase")]
pub(super) enum OrderDirection {
    /// Smallest first.
    Asc,
    /// Greatest first.
    Desc,
}

/// What engines can be ordered by. Some words of the public schema are about what is not kept here.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(rename_items = "camelCase")]
pub(super) enum EngineOrderField {
    Name,
    Id,
    State,
    Price,
    Rating,
    Order,
    CreatedDateTime,
    ModifiedDateTime,
    RuntimeType,
    Category,
    Type,
    DeploymentModel,
    Mode,
    LibraryRequired,
    BuildCreatedDateTime,
    ClusterSize,
    GpuSupported,
    MaxMediaLengthMs,
}
