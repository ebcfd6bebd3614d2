//! The engine manifest as the rest of the house reads it: defaults applied, aliases resolved. The raw bytes are kept
//! beside it by whoever read them; reading and judging them is the work of `assay-checks`.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::category::Category;

/// Where the manifest lies in an image.
pub const MANIFEST_PATH: &str = "/var/manifest.json";

/// How an engine takes its work.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum EngineMode {
    /// One container per task, results by API; what an absent mode means.
    #[default]
    Legacy,
    /// The same, said explicitly.
    Batch,
    /// One webhook call per chunk of media.
    Chunk,
    /// Bytes in order from a stream.
    Stream,
}

impl EngineMode {
    /// Whether one container serves one task and reports through the API.
    pub fn is_batch(self) -> bool {
        matches!(self, Self::Legacy | Self::Batch)
    }

    /// The name in manifests.
    pub fn name(self) -> &'static str {
        match self {
            Self::Legacy => "legacy",
            Self::Batch => "batch",
            Self::Chunk => "chunk",
            Self::Stream => "stream",
        }
    }
}

/// The machine an engine asks for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ClusterSize {
    /// 512 MB.
    #[default]
    Small,
    /// 2 GB.
    Medium,
    /// 6 GB.
    Large,
    /// As `customProfile` says; judged with the large machine's memory.
    Custom,
}

impl ClusterSize {
    /// Memory of the machine in bytes.
    pub fn memory_bytes(self) -> u64 {
        match self {
            Self::Small => 512 << 20,
            Self::Medium => 2 << 30,
            Self::Large | Self::Custom => 6 << 30,
        }
    }

    /// The name in manifests.
    pub fn name(self) -> &'static str {
        match self {
            Self::Small => "small",
            Self::Medium => "medium",
            Self::Large => "large",
            Self::Custom => "custom",
        }
    }
}

/// The effective manifest.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct EffectiveManifest {
    /// Id of the engine the build belongs to.
    pub engine_id: String,
    /// Category, when it is a known one.
    pub category: Option<Category>,
    /// The format the engine likes best.
    pub preferred_input_format: String,
    /// Every format it takes; holds the preferred one.
    pub supported_input_formats: Vec<String>,
    /// Formats it answers in.
    pub output_formats: Vec<String>,
    /// Machine size.
    pub cluster_size: ClusterSize,
    /// Mode; `segment` and `message` have become `chunk`.
    pub engine_mode: EngineMode,
    /// Instances at the start.
    pub initial_concurrency: u32,
    /// Instances at most.
    pub max_concurrency: u32,
    /// Declared outside hosts as written.
    pub external_calls: Vec<String>,
    /// Largest input in MB; `None` for no limit.
    pub max_file_mb: Option<f64>,
    /// Language codes as written.
    pub supported_languages: Vec<String>,
    /// Every other field as it was written.
    pub other: BTreeMap<String, serde_json::Value>,
}
