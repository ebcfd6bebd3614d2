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

use assay_core::manifest::EffectiveManifest;
use assay_core::policy::TrustedBase;
use assay_core::report::BaseSystem;
use assay_core::{EngineProfile, Fault, Finding, Place, Policy};
use assay_image::{Image, ReadError, View};
use jiff::Timestamp;

pub use command::command;

/// What findings call the image configuration.
const CONFIG: &str = "config";

/// What hygiene found out.
#[derive(Clone, PartialEq, Default, Debug)]
pub struct Hygiene {
    /// Findings under IMG-005 to IMG-009 and MAN-032.
    pub findings: Vec<Finding>,
    /// The base system; nothing for an image from scratch.
    pub base: Option<BaseSystem>,
}

/// Judges an opened image. `now` decides whether a base system is past its end of life, the policy whether it is trusted.
///
/// # Errors
/// A fault when our own disk fails.
pub fn check(
    image: &Image,
    manifest: Option<&EffectiveManifest>,
    profile: &EngineProfile,
    policy: &Policy,
    now: Timestamp,
) -> Result<Hygiene, Fault> {
    let mode = profile.mode.or(manifest.map(|manifest| manifest.engine_mode));
    let config = &image.config;
    let user = user::resolve(&config.user, &image.view)?;
    let mut findings = entrypoint::judge(config, &image.view, user.ids())?;
    findings.extend(user::judge(&config.user, &user));
    findings.extend(privileges::judge(&image.view));
    let base = base::find(&image.view)?;
    findings.extend(base::judge(&image.view, &base, now));
    findings.extend(untrusted(image, &base, &policy.trusted_bases));
    findings.extend(age::judge(&image.view, &base, now));
    findings.extend(environment::judge(config, mode));
    Ok(Hygiene { findings, base: base.facts() })
}

fn untrusted(image: &Image, base: &base::Base, trusted: &[TrustedBase]) -> Option<Finding> {
    let lowest = image.layers.first().map(|layer| &layer.diff_id);
    let finding = assay_core::policy::untrusted(trusted, base.facts().as_ref(), lowest)?;
    Some(match base.path() {
        Some(path) => finding.at(file(&image.view, path)),
        None => finding,
    })
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
