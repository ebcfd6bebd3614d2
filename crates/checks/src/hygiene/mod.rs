//! Image hygiene: the entry point, the user, privileged files, the base system (IMG-005 to IMG-009), and what the
//! image's environment says to the platform (MAN-032).

mod age;
mod base;
mod command;
mod elf;
mod entrypoint;
mod environment;
mod privileges;
mod releases;
#[cfg(test)]
mod tests;
mod user;

use assay_core::manifest::{EffectiveManifest, EngineMode};
use assay_core::{EngineProfile, Fault, Finding, Place};
use assay_image::{Image, ImageConfig, ReadError, View};
use jiff::Timestamp;

pub use command::command;

/// What findings call the image configuration.
const CONFIG: &str = "config";

/// Judges an opened image. `now` decides whether a base system is past its end of life.
///
/// # Errors
/// A fault when our own disk fails.
pub fn check(
    image: &Image,
    manifest: Option<&EffectiveManifest>,
    profile: &EngineProfile,
    now: Timestamp,
) -> Result<Vec<Finding>, Fault> {
    let mode = profile.mode.or(manifest.map(|manifest| manifest.engine_mode));
    check_parts(&image.config, &image.view, mode, now)
}

fn check_parts(
    config: &ImageConfig,
    view: &View,
    mode: Option<EngineMode>,
    now: Timestamp,
) -> Result<Vec<Finding>, Fault> {
    let user = user::resolve(&config.user, view)?;
    let mut findings = entrypoint::judge(config, view, user.ids())?;
    findings.extend(user::judge(&config.user, &user));
    findings.extend(privileges::judge(view));
    let base = base::find(view)?;
    findings.extend(base::judge(view, &base, now));
    findings.extend(age::judge(view, &base, now));
    findings.extend(environment::judge(config, mode));
    Ok(findings)
}

/// A file of the image with its layer.
fn file(view: &View, path: &str) -> Place {
    let place = Place::path(path);
    match view.get(path).and_then(|node| view.layer(node)) {
        Some(layer) => place.in_layer(layer),
        None => place,
    }
}

/// The bytes of a small file, or nothing when it is not there, is no file or is too large.
fn read_small(view: &View, path: &str, limit: u64) -> Result<Option<Vec<u8>>, Fault> {
    match view.read(path, limit) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(ReadError::Io(fault)) => Err(fault),
        Err(_) => Ok(None),
    }
}
