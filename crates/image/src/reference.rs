//! What a reference names, told by its prefix or by looking at the disk.

use std::path::{Path, PathBuf};

use assay_core::Rejection;

/// Where an image is to be found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Reference {
    /// An OCI layout folder, and which of its images.
    Layout(PathBuf, Option<String>),
    /// An archive file of the kind said, and which of its images.
    Archive(PathBuf, ArchiveKind, Option<String>),
    /// An image of a registry.
    Registry(String),
    /// An image of the local Docker daemon.
    Docker(String),
    /// An image of the local Podman service.
    Podman(String),
    /// A name without a host: an image of a local daemon.
    Name(String),
}

/// Which form of archive.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum ArchiveKind {
    /// An OCI layout in a tar archive.
    Oci,
    /// What `docker save` writes.
    Docker,
    /// Told by its members.
    Any,
}

/// Reads a reference. Touches the disk only to see which paths exist.
pub(crate) fn parse(reference: &str) -> Result<Reference, Rejection> {
    if reference.is_empty() {
        return Err(Rejection::new("image-reference", "the image reference is empty").hint(FORMS));
    }
    if let Some(name) = reference.strip_prefix("docker://") {
        return Ok(Reference::Registry(name.to_owned()));
    }
    let (prefix, rest) = reference.split_once(':').unwrap_or(("", reference));
    Ok(match prefix {
        "oci" => {
            let (path, name) = split_name(rest);
            Reference::Layout(path, name)
        }
        "oci-archive" => archive(rest, ArchiveKind::Oci),
        "docker-archive" => archive(rest, ArchiveKind::Docker),
        "docker-daemon" => Reference::Docker(rest.to_owned()),
        "podman" | "containers-storage" => Reference::Podman(rest.to_owned()),
        _ => return by_looking(reference),
    })
}

const FORMS: &str = "write a path, or one of `oci:DIR[:NAME]`, `oci-archive:FILE`, `docker-archive:FILE`, \
                     `docker://HOST/REPOSITORY:TAG`, `docker-daemon:NAME`, `podman:NAME`";

fn archive(rest: &str, kind: ArchiveKind) -> Reference {
    let (path, name) = split_name(rest);
    Reference::Archive(path, kind, name)
}

fn by_looking(reference: &str) -> Result<Reference, Rejection> {
    let (path, name) = split_name(reference);
    if path.is_dir() {
        return Ok(Reference::Layout(path, name));
    }
    if path.exists() {
        return Ok(Reference::Archive(path, ArchiveKind::Any, name));
    }
    if reference.starts_with(['.', '/', '~']) {
        let message = format!("there is no file or folder `{reference}`");
        return Err(Rejection::new("image-not-found", message).hint(FORMS));
    }
    let first = reference.split('/').next().unwrap_or_default();
    let names_host = reference.contains('/') && (first.contains(['.', ':']) || first == "localhost");
    Ok(if names_host {
        Reference::Registry(reference.to_owned())
    } else {
        Reference::Name(reference.to_owned())
    })
}

/// Splits `PATH:NAME`; a path that exists as it is has no name.
fn split_name(text: &str) -> (PathBuf, Option<String>) {
    if !Path::new(text).exists()
        && let Some((path, name)) = split_at_colon(text)
    {
        return (path.into(), Some(name.to_owned()));
    }
    (text.into(), None)
}

/// The first colon behind which the path before it exists, else the last one.
fn split_at_colon(text: &str) -> Option<(&str, &str)> {
    let colons = text.match_indices(':').map(|(at, _)| at);
    let existing =
        colons.filter_map(|at| text.split_at_checked(at)).find(|(path, _)| Path::new(path).exists());
    let (path, name) =
        existing.map(|(path, rest)| (path, rest.trim_start_matches(':'))).or(text.rsplit_once(':'))?;
    (!path.is_empty() && !name.is_empty()).then_some((path, name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes_and_looking() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().to_str().unwrap();
        std::fs::write(dir.path().join("a.tar"), b"").unwrap();
        let parsed = |text: &str| parse(text).unwrap();
        assert_eq!(parsed(path), Reference::Layout(path.into(), None));
        assert_eq!(parsed(&format!("{path}:v1")), Reference::Layout(path.into(), Some("v1".into())));
        assert_eq!(parsed(&format!("oci:{path}:a:b")), Reference::Layout(path.into(), Some("a:b".into())));
        let file = format!("{path}/a.tar");
        assert_eq!(parsed(&file), Reference::Archive(file.clone().into(), ArchiveKind::Any, None));
        assert_eq!(parsed("localhost:5000/a:b"), Reference::Registry("localhost:5000/a:b".into()));
        assert_eq!(parsed("docker://a/b@sha256:0"), Reference::Registry("a/b@sha256:0".into()));
        assert_eq!(parsed("engine:latest"), Reference::Name("engine:latest".into()));
        assert_eq!(parsed("docker-daemon:a:b"), Reference::Docker("a:b".into()));
        assert_eq!(parse("./not-there").unwrap_err().code, "image-not-found");
        assert_eq!(parse("").unwrap_err().code, "image-reference");
    }
}
