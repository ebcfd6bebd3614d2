//! Manifests: read when they are pushed, kept at hand when they are pulled.

mod cache;
mod document;

pub(crate) use cache::{CachedManifest, ManifestCache};
pub(crate) use document::{Document, parse};
pub use document::{ManifestProblem, read_manifest};
