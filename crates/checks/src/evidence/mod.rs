//! What the checks over a run have in hand: its evidence, its files, and what the engine was promised to be.

pub(crate) mod compare;
#[cfg(test)]
pub(crate) mod example;
pub(crate) mod steadiness;

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use assay_core::category::Category;
use assay_core::manifest::{EffectiveManifest, EngineMode};
use assay_core::profile::EngineProfile;
use assay_core::run::{Answer, RunEvidence};
use jiff::Timestamp;

/// Largest document taken from a run.
pub const DOCUMENT_LIMIT: u64 = 100 << 20;

/// One run: what was seen, and the folder with its files.
#[derive(Clone, Copy, Debug)]
pub struct Witnessed<'a> {
    /// What was seen.
    pub run: &'a RunEvidence,
    /// The run's evidence folder.
    pub folder: &'a Path,
}

impl Witnessed<'_> {
    /// The file `name` of the evidence folder, at most [`DOCUMENT_LIMIT`] bytes of it.
    ///
    /// # Errors
    /// Those of reading it; `InvalidInput` when the name leads out of the folder.
    pub fn file(&self, name: &str) -> io::Result<Vec<u8>> {
        if name.contains('/') || name.starts_with('.') {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        let mut bytes = Vec::new();
        File::open(self.folder.join(name))?.take(DOCUMENT_LIMIT).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// The body of an answer; empty when there was none.
    ///
    /// # Errors
    /// As [`Self::file`].
    pub fn body(&self, answer: &Answer) -> io::Result<Vec<u8>> {
        match answer {
            Answer::Response { body: Some(name), .. } => self.file(name),
            _ => Ok(Vec::new()),
        }
    }
}

/// What the engine is held to.
#[derive(Clone, Copy, Debug)]
pub struct Terms<'a> {
    /// What the service or the caller knows of it.
    pub profile: &'a EngineProfile,
    /// Its manifest.
    pub manifest: &'a EffectiveManifest,
    /// Ports it may listen on: those of its webhooks and of the image's `EXPOSE`.
    pub ports: &'a [u16],
    /// The time of the judgement.
    pub now: Timestamp,
}

impl Terms<'_> {
    /// The category chosen at onboarding, else the manifest's.
    pub fn category(&self) -> Option<Category> {
        self.profile.category.or(self.manifest.category)
    }

    /// The manifest's mode: it is what the image was built for.
    pub fn mode(&self) -> EngineMode {
        self.manifest.engine_mode
    }
}
