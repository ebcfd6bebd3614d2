//! From a reference to a source.

use std::fs::File;
use std::path::Path;

use assay_core::Rejection;

use super::archive::Archive;
use super::{Located, daemon, layout, registry, saved};
use crate::options::{OpenError, OpenOptions};
use crate::reference::{ArchiveKind, Reference, parse};
use crate::store::Store;

/// Finds the image `reference` names.
pub(crate) fn locate(reference: &str, options: &OpenOptions, store: &Store) -> Result<Located, OpenError> {
    match parse(reference)? {
        Reference::Layout(dir, name) => layout::locate(&dir, name, &options.limits),
        Reference::Archive(path, kind, name) => archive(&path, kind, name, options, store),
        Reference::Registry(name) => registry::locate(&name, options),
        Reference::Docker(name) => daemon::locate(&name, &options.docker_sockets, options, store),
        Reference::Podman(name) => daemon::locate(&name, &options.podman_sockets, options, store),
        Reference::Name(name) => {
            let sockets = [options.docker_sockets.as_slice(), options.podman_sockets.as_slice()].concat();
            daemon::locate(&name, &sockets, options, store).map_err(|error| nor_a_file(&name, error))
        }
    }
}

/// A bare name that no daemon knows was most likely meant for a file.
fn nor_a_file(name: &str, error: OpenError) -> OpenError {
    match error {
        OpenError::Rejection(rejection) if rejection.code == "image-not-found" => {
            let message = format!("there is no file or folder `{name}`, and {}", rejection.message);
            OpenError::Rejection(Rejection { message, ..rejection })
        }
        other => other,
    }
}

fn archive(
    path: &Path,
    kind: ArchiveKind,
    name: Option<String>,
    options: &OpenOptions,
    store: &Store,
) -> Result<Located, OpenError> {
    let what = format!("`{}`", path.display());
    let file = File::open(path)
        .map_err(|cause| Rejection::new("image-not-found", format!("{what} cannot be opened: {cause}")))?;
    let archive = Archive::open(file, &what, &options.limits, store)?;
    saved::locate(archive, kind, name, &what, &options.limits)
}
