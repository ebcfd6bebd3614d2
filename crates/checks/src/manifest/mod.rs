//! Reads and judges an engine's manifest (manifest.md of the domain notes; rules MAN-001 to MAN-031).
//!
//! The raw value and the effective manifest are kept apart: what the developer wrote is returned as it was, and what
//! the platform makes of it (defaults, aliases, lenient readings) stands beside it.

mod document;
mod effective;
mod fields;
mod hosts;
mod in_image;
mod init;
mod judge;
mod language;
mod media;
mod rules;
mod shape;
mod slips;
mod suggest;
mod syntax;

use assay_core::manifest::EffectiveManifest;
use assay_core::{Code, EngineProfile, Finding, Place};

pub use hosts::{declared_host, declared_hosts};
pub use in_image::in_image;
pub use init::{Answers, init};

use document::{Decoded, Document};
use judge::Judge;

/// Largest manifest read, in bytes.
pub const MAX_BYTES: u64 = 1 << 20;

/// What came of reading a manifest.
#[derive(Clone, Debug, Default)]
pub struct ManifestReading {
    /// Everything wrong or worth knowing, in the order of the document.
    pub findings: Vec<Finding>,
    /// The manifest as written; of a doubled key the last one. `None` when it is no JSON object.
    pub raw: Option<serde_json::Value>,
    /// The manifest as the platform understands it: present whenever `raw` is, so that later checks can say more.
    /// Whether it can be relied on is for the findings to say.
    pub effective: Option<EffectiveManifest>,
}

impl ManifestReading {
    fn refused(findings: Vec<Finding>) -> Self {
        Self { findings, raw: None, effective: None }
    }
}

/// Judges the bytes of a manifest against the rules and against what `profile` knows of the engine. `document_name` is
/// what findings call the file: a path in the image or the one the caller named.
pub fn read(raw: &[u8], profile: &EngineProfile, document_name: &str) -> ManifestReading {
    if raw.len() as u64 > MAX_BYTES {
        let finding = too_large(raw.len() as u64);
        let place = Place { document: Some(document_name.into()), ..Place::default() };
        return ManifestReading::refused(vec![finding.at(place)]);
    }
    let Decoded { document, mut findings, readable } = Document::decode(document_name, raw);
    let parsed = if readable { syntax::parse(&document, &mut findings) } else { None };
    let Some(syntax) = parsed else {
        return ManifestReading::refused(findings);
    };
    let mut judge = Judge::new(&document, &syntax, profile);
    rules::apply(&mut judge);
    let effective = effective::of(&judge);
    findings.extend(judge.finish());
    findings.sort_by_key(|finding| (finding.place.line, finding.place.column, finding.code));
    ManifestReading { findings, raw: Some(serde_json::Value::Object(syntax.raw)), effective: Some(effective) }
}

fn too_large(bytes: u64) -> Finding {
    Finding::error(
        Code::MAN_001,
        format!("the manifest has {bytes} bytes"),
        format!("a manifest of at most {MAX_BYTES} bytes"),
    )
    .fix("a manifest holds a few dozen fields; move other data to files of its own")
}
