//! How a long piece of work tells that it moves on.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The steps of a certification that take time.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Step {
    /// Finding the image and reading its manifest and configuration.
    Resolve,
    /// Streaming, checking and unpacking layers.
    Layers,
    /// Manifest rules.
    Manifest,
    /// Image hygiene.
    Hygiene,
    /// Inventory and vulnerabilities.
    Security,
    /// The run against a dead network, or the declared hosts.
    Run,
    /// The run against an answering network.
    SecondRun,
}

impl Step {
    /// A phrase for people.
    pub fn title(self) -> &'static str {
        match self {
            Self::Resolve => "find image",
            Self::Layers => "read layers",
            Self::Manifest => "manifest",
            Self::Hygiene => "image hygiene",
            Self::Security => "vulnerabilities",
            Self::Run => "run in sandbox",
            Self::SecondRun => "run again, network answering",
        }
    }
}

/// Hears of steps. Called from several threads at once.
pub trait Progress: Send + Sync {
    /// `step` begins.
    fn started(&self, step: Step);
    /// Something worth showing happened within `step`: "layer 2 of 5, 31 MB".
    fn note(&self, step: Step, text: &str);
    /// `step` is over; `good` when nothing in it failed.
    fn finished(&self, step: Step, good: bool);
}

/// Hears nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Progress for Silent {
    fn started(&self, _: Step) {}
    fn note(&self, _: Step, _: &str) {}
    fn finished(&self, _: Step, _: bool) {}
}
