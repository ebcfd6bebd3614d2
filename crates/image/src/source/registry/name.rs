//! Names of images in registries: `host[:port]/repository[:tag][@digest]` (OCI distribution-spec, "Pulling manifests").

use assay_core::digest::MalformedDigest;
use assay_core::{Digest, Rejection};

/// An image of a registry.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct ImageName {
    /// Host, with port if not the usual one.
    pub(super) host: String,
    pub(super) repository: String,
    /// Tag or digest.
    pub(super) version: Version,
}

/// Which image of a repository.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Version {
    Tag(String),
    Digest(Digest),
}

impl Version {
    pub(super) fn text(&self) -> String {
        match self {
            Self::Tag(tag) => tag.clone(),
            Self::Digest(digest) => digest.to_string(),
        }
    }
}

/// Where Docker's short names live.
const HUB: &str = "registry-1.docker.io";

impl ImageName {
    /// Reads a name; one without a host is Docker Hub's, one without a tag means `latest`. A digest beats a tag.
    pub(super) fn parse(text: &str) -> Result<Self, Rejection> {
        let (name, digest) = text.split_once('@').map_or((text, None), |(name, digest)| (name, Some(digest)));
        let (host, rest) = split_host(name);
        let (repository, tag) = rest.rsplit_once(':').unwrap_or((rest, "latest"));
        let is_hub = matches!(host, "docker.io" | "index.docker.io" | HUB);
        let library = if is_hub && !repository.contains('/') { "library/" } else { "" };
        let repository = format!("{library}{repository}");
        check(host, &repository, tag).map_err(|why| malformed(text, &why))?;
        let version = match digest {
            Some(digest) => Version::Digest(
                digest.parse().map_err(|bad: MalformedDigest| malformed(text, &bad.to_string()))?,
            ),
            None => Version::Tag(tag.to_owned()),
        };
        Ok(Self { host: if is_hub { HUB } else { host }.to_owned(), repository, version })
    }

    /// Whether the registry is this machine.
    pub(super) fn is_loopback(&self) -> bool {
        is_loopback(&self.host)
    }
}

/// Whether `host[:port]` is this machine, told without asking a name server.
pub(super) fn is_loopback(host: &str) -> bool {
    let bare = match host.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, _)) => address,
        None => host.split(':').next().unwrap_or_default(),
    };
    bare == "localhost" || bare.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn split_host(name: &str) -> (&str, &str) {
    match name.split_once('/') {
        Some((host, rest)) if host.contains(['.', ':']) || host == "localhost" => (host, rest),
        _ => ("docker.io", name),
    }
}

fn malformed(text: &str, why: &str) -> Rejection {
    Rejection::new("image-reference", format!("`{text}` is not the name of an image: {why}"))
        .hint("write `docker://HOST/REPOSITORY:TAG` or `docker://HOST/REPOSITORY@sha256:…`")
}

fn check(host: &str, repository: &str, tag: &str) -> Result<(), String> {
    if !is_host(host) {
        return Err(format!("`{host}` is no host name"));
    }
    if !is_repository(repository) {
        return Err(format!(
            "`{repository}` is no repository; those have lower-case letters, digits and `._-/`"
        ));
    }
    if is_tag(tag) { Ok(()) } else { Err(format!("`{tag}` is no tag")) }
}

fn is_host(host: &str) -> bool {
    !host.is_empty() && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-:[]_".contains(&byte))
}

fn is_repository(repository: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"._-".contains(&byte);
    repository.len() <= 255
        && repository.split('/').all(|part| {
            part.bytes().all(allowed)
                && part.bytes().next().is_some_and(|first| first.is_ascii_alphanumeric())
        })
}

fn is_tag(tag: &str) -> bool {
    let first = tag.bytes().next().unwrap_or_default();
    tag.len() <= 128
        && (first.is_ascii_alphanumeric() || first == b'_')
        && tag.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read() {
        let parsed = |text: &str| {
            let name = ImageName::parse(text).unwrap();
            format!("{} {} {}", name.host, name.repository, name.version.text())
        };
        assert_eq!(parsed("alpine"), "registry-1.docker.io library/alpine latest");
        assert_eq!(parsed("acme/tool:1"), "registry-1.docker.io acme/tool 1");
        assert_eq!(parsed("localhost:5000/a/b"), "localhost:5000 a/b latest");
        assert_eq!(parsed("[::1]:5000/a:x"), "[::1]:5000 a x");
        let digest = format!("sha256:{}", "0".repeat(64));
        assert_eq!(parsed(&format!("r.example/a:t@{digest}")), format!("r.example a {digest}"));
    }

    #[test]
    fn what_is_no_name_is_refused() {
        for bad in [
            "",
            "r.example/",
            "r.example/A",
            "r.example/a:",
            "r.example/a@sha256:0",
            "r.example/../x",
            "a b",
            "r.ex\nample/a",
        ] {
            assert_eq!(ImageName::parse(bad).unwrap_err().code, "image-reference", "{bad}");
        }
    }

    #[test]
    fn loopback_is_told_by_the_name_alone() {
        for (host, is) in [
            ("localhost:1", true),
            ("127.9.9.9", true),
            ("[::1]:5", true),
            ("localhost.example", false),
            ("10.0.0.1", false),
        ] {
            assert_eq!(is_loopback(host), is, "{host}");
        }
    }
}
