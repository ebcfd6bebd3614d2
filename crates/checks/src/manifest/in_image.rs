//! Finds the manifest in an image. Links are followed inside the image only.

use assay_core::manifest::MANIFEST_PATH;
use assay_core::{Code, EngineProfile, Fault, Finding, Place};
use assay_image::{ReadError, View};

use super::{MAX_BYTES, ManifestReading, read, too_large};

/// Reads and judges `/var/manifest.json` of an image. That it is missing or unreadable is a finding (MAN-001).
///
/// # Errors
/// A fault when our own disk fails.
pub fn in_image(view: &View, profile: &EngineProfile) -> Result<ManifestReading, Fault> {
    match view.read(MANIFEST_PATH, MAX_BYTES) {
        Ok(raw) => Ok(read(&raw, profile, MANIFEST_PATH)),
        Err(ReadError::Io(fault)) => Err(fault),
        Err(problem) => Ok(ManifestReading::refused(vec![unreadable(view, &problem)])),
    }
}

fn unreadable(view: &View, problem: &ReadError) -> Finding {
    let expected = format!("a regular file of at most {MAX_BYTES} bytes at `{MANIFEST_PATH}`");
    let finding = match problem {
        ReadError::TooLarge { size, .. } => too_large(*size),
        ReadError::NotFound { .. } => missing(view),
        other => Finding::error(Code::MAN_001, other.to_string(), expected),
    };
    let mut place = Place { document: Some(MANIFEST_PATH.into()), ..Place::path(MANIFEST_PATH) };
    place.layer = view.get(MANIFEST_PATH).and_then(|node| view.layer(node)).cloned();
    finding.at(place)
}

/// Says where a manifest lies instead, when one lies near by.
fn missing(view: &View) -> Finding {
    let finding = Finding::error(
        Code::MAN_001,
        format!("the image has no `{MANIFEST_PATH}`"),
        format!("the engine's manifest at `{MANIFEST_PATH}`"),
    );
    let elsewhere =
        ["/manifest.json", "/app/manifest.json", "/var/manifest.json/manifest.json", "/var/Manifest.json"];
    match elsewhere.into_iter().find(|path| view.get(path).is_some_and(|node| node.is_file())) {
        Some(path) => finding
            .fix(format!("`{path}` is in the image; copy it with `COPY manifest.json {MANIFEST_PATH}`")),
        None => finding,
    }
}
