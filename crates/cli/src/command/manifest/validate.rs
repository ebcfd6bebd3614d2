//! `assay manifest validate FILE`

use std::path::PathBuf;

use assay_app::{Refused, report};
use assay_checks::manifest::{self, ManifestReading};
use assay_core::{Check, Policy};
use serde_json::json;

use super::super::document::Judgement;
use super::super::profile::ProfileFlags;
use super::super::{Format, read};
use crate::exit::Exit;

const EXAMPLES: &str = "\
Examples:
  assay manifest validate manifest.json
  assay manifest validate manifest.json --deployment-model external-access
  assay manifest validate - --format json < manifest.json";

/// Judge a manifest and show what is wrong, at its place.
#[derive(clap::Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(in super::super) struct Validate {
    /// The manifest; `-` reads standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    profile: ProfileFlags,
    /// Form of the result
    #[arg(long, value_name = "FORM", default_value = "human")]
    format: Format,
}

impl Validate {
    pub(super) fn run(self) -> Result<Exit, Refused> {
        let profile = self.profile.profile()?;
        // One byte more than a manifest may have is enough to see that it has too many.
        let raw = read::at_most(&self.file, manifest::MAX_BYTES + 1)?;
        let name = read::name(&self.file);
        let ManifestReading { findings, raw, effective } = manifest::read(&raw, &profile, &name);
        let report = report::of_document(&name, Check::Manifest, findings, &Policy::default());
        let extra = json!({ "manifest": raw, "effectiveManifest": effective });
        Judgement { name: &name, report: &report, notes: &[], extra }.print(self.format)
    }
}
