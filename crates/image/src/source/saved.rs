//! What `docker save` and `podman save` write: `manifest.json` with the members that make up each image.

use serde::Deserialize;

use assay_core::Rejection;

use super::archive::Archive;
use super::{Located, Start};
use crate::limits::ImageLimits;
use crate::options::OpenError;
use crate::reference::ArchiveKind;

/// One image of the archive.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SavedImage {
    config: String,
    #[serde(default)]
    repo_tags: Option<Vec<String>>,
    #[serde(default)]
    layers: Option<Vec<String>>,
}

/// Finds the image called `name` in an archive. Newer Docker writes both forms; OCI's has the digests.
pub(super) fn locate(
    archive: Archive,
    kind: ArchiveKind,
    name: Option<String>,
    what: &str,
    limits: &ImageLimits,
) -> Result<Located, OpenError> {
    let is_oci = archive.has("oci-layout") && archive.has("index.json");
    if kind != ArchiveKind::Docker
        && is_oci
        && let Some(index) = archive.read("index.json", limits.manifest_bytes)?
    {
        return Ok(Located { source: Box::new(archive), start: Start::Layout { index, name } });
    }
    let manifest =
        if kind == ArchiveKind::Oci { None } else { archive.read("manifest.json", limits.manifest_bytes)? };
    let Some(manifest) = manifest else {
        let wanted = match kind {
            ArchiveKind::Oci => "`index.json` and `oci-layout`",
            ArchiveKind::Docker => "`manifest.json`",
            ArchiveKind::Any => "`index.json` with `oci-layout`, nor `manifest.json`",
        };
        return Err(
            Rejection::new("image-unreadable", format!("{what} holds no image: it has no {wanted}")).into()
        );
    };
    let image = choose(&manifest, name.as_deref(), what)?;
    let start = Start::Saved { config: image.config, layers: image.layers.unwrap_or_default() };
    Ok(Located { source: Box::new(archive), start })
}

fn choose(manifest: &[u8], name: Option<&str>, what: &str) -> Result<SavedImage, Rejection> {
    let images: Vec<SavedImage> = serde_json::from_slice(manifest).map_err(|problem| {
        Rejection::new("image-unreadable", format!("`manifest.json` of {what} cannot be read: {problem}"))
    })?;
    let names: Vec<String> =
        images.iter().flat_map(|image| image.repo_tags.iter().flatten()).cloned().collect();
    let meant = |image: &SavedImage| match name {
        None => true,
        Some(name) => image.repo_tags.iter().flatten().any(|tag| is_called(tag, name)),
    };
    let mut fitting = images.into_iter().filter(meant);
    match (fitting.next(), fitting.next()) {
        (Some(image), None) => Ok(image),
        (None, _) => Err(not_there(what, name, &names)),
        (Some(_), Some(_)) => Err(ambiguous(what, &names)),
    }
}

/// Whether `tag` is what people mean by `name`: without Docker Hub in front, and without `:latest` behind.
fn is_called(tag: &str, name: &str) -> bool {
    let short = |name: &str| {
        let name = name.trim_start_matches("docker.io/").trim_start_matches("library/");
        name.trim_start_matches("localhost/").trim_end_matches(":latest").to_owned()
    };
    short(tag) == short(name)
}

/// None of the images is called so.
pub(crate) fn not_there(what: &str, name: Option<&str>, names: &[String]) -> Rejection {
    let wanted = name.map_or_else(|| "any image".to_owned(), |name| format!("an image called `{name}`"));
    let rejection = Rejection::new("image-not-found", format!("{what} does not hold {wanted}"));
    if names.is_empty() { rejection } else { rejection.hint(format!("it holds {}", list(names))) }
}

/// Several images, none chosen.
pub(crate) fn ambiguous(what: &str, names: &[String]) -> Rejection {
    Rejection::new("image-ambiguous", format!("{what} holds several images"))
        .hint(format!("add `:NAME` with one of {}", list(names)))
}

fn list(names: &[String]) -> String {
    let shown: Vec<String> = names.iter().take(10).map(|name| format!("`{name}`")).collect();
    let more = names.len().saturating_sub(10);
    if more == 0 { shown.join(", ") } else { format!("{} and {more} more", shown.join(", ")) }
}
