//! Choosing one image among several.

use assay_core::{Platform, Rejection};

use crate::document::{Descriptor, ImageIndex};
use crate::source::{ambiguous, not_there};

/// The images of a layout that are meant by `name`: one, or the platforms of one.
pub(super) fn by_name(index: ImageIndex, name: Option<&str>, what: &str) -> Result<ImageIndex, Rejection> {
    let mut names: Vec<String> =
        index.manifests.iter().flat_map(Descriptor::names).map(str::to_owned).collect();
    names.sort();
    names.dedup();
    let mut manifests = index.manifests;
    match name {
        Some(name) => {
            manifests.retain(|one| one.names().any(|its| its == name) || one.digest.to_string() == name)
        }
        // Docker gives one image two names: the tag, and the whole.
        None if manifests.len() > 1 && names.len() > 1 => {
            return Err(ambiguous(&format!("`{what}`"), &names));
        }
        None => {}
    }
    if manifests.is_empty() {
        return Err(not_there(&format!("`{what}`"), name, &names));
    }
    Ok(ImageIndex { manifests })
}

/// What an index offers.
pub(super) struct Choice {
    /// The image for the platform asked for.
    pub(super) image: Option<Descriptor>,
    /// The platforms of the other images, sorted.
    pub(super) others: Vec<Platform>,
}

/// The first image that serves `platform`; else the first that names no platform, whose configuration will tell.
pub(super) fn by_platform(index: ImageIndex, platform: &Platform) -> Choice {
    let images: Vec<Descriptor> = index.manifests.into_iter().filter(|one| !one.is_attestation()).collect();
    let serves = |one: &Descriptor| one.image_platform().is_some_and(|offered| platform.accepts(&offered));
    let chosen =
        images.iter().position(serves).or_else(|| images.iter().position(|one| one.platform.is_none()));
    let others = images.iter().enumerate().filter(|(at, _)| Some(*at) != chosen);
    let mut others: Vec<Platform> = others.filter_map(|(_, one)| one.image_platform()).collect();
    others.sort();
    others.dedup();
    Choice { image: chosen.and_then(|at| images.into_iter().nth(at)), others }
}
