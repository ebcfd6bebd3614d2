//! References to images in other people's registries, as given by users.

use assay_core::registry::{Reference, RepositoryName, Tag};
use assay_core::{Digest, Rejection};

/// Characters at most.
const LONGEST: usize = 512;

/// Checks that `text` names an image in a registry and nothing else: not a file, not a folder, not an image of this
/// machine's container daemon. Returns it without a `docker://` in front, and the digest when it names one.
///
/// # Errors
/// `image-reference`.
pub fn external(text: &str) -> Result<(String, Option<Digest>), Rejection> {
    let bare = text.trim();
    let bare = bare.strip_prefix("docker://").unwrap_or(bare);
    match parts(bare) {
        Some(Reference::Digest(digest)) => Ok((bare.to_owned(), Some(digest))),
        Some(Reference::Tag(_)) => Ok((bare.to_owned(), None)),
        None => Err(malformed(text)),
    }
}

/// The tag or digest named; nothing when the text has not the form `host/repository[:tag][@digest]`. Short names without a
/// host are not taken: they look like names of files and sources, and mean something else on every machine.
fn parts(text: &str) -> Option<Reference> {
    if text.len() > LONGEST {
        return None;
    }
    let (name, digest) = text.split_once('@').map_or((text, None), |(name, digest)| (name, Some(digest)));
    let (_, path) = name.split_once('/').filter(|(host, _)| is_host(host))?;
    let (repository, tag) = path.rsplit_once(':').unwrap_or((path, "latest"));
    repository.parse::<RepositoryName>().ok()?;
    let tag: Tag = tag.parse().ok()?;
    match digest {
        Some(digest) => digest.parse().ok().map(Reference::Digest),
        None => Some(Reference::Tag(tag)),
    }
}

/// A name with a dot, a port, or this machine.
fn is_host(host: &str) -> bool {
    let (name, port) = match host.rsplit_once(':') {
        Some((name, port)) if !port.ends_with(']') => (name, Some(port)),
        _ => (host, None),
    };
    let number = port.is_none_or(|port| port.parse::<u16>().is_ok());
    let address = name.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let named = match address {
        Some(address) => address.parse::<std::net::Ipv6Addr>().is_ok(),
        None => name.split('.').all(is_label),
    };
    let meant = name.contains('.') || port.is_some() || address.is_some() || name == "localhost";
    number && named && meant
}

fn is_label(label: &str) -> bool {
    let inner = label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    inner && !label.is_empty() && !label.starts_with('-') && !label.ends_with('-')
}

fn malformed(text: &str) -> Rejection {
    let shown: String = text.chars().take(LONGEST).collect();
    Rejection::new("image-reference", format!("`{shown}` is not the name of an image in a registry"))
        .hint("write `HOST/REPOSITORY:TAG` or `HOST/REPOSITORY@sha256:…`")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_images_of_registries_are_named() {
        for good in [
            "docker.io/library/busybox:1",
            "ghcr.example/a/b",
            "localhost:5000/a:b",
            "localhost/a",
            "[::1]:5000/a",
        ] {
            assert_eq!(external(good).unwrap(), (good.to_owned(), None));
        }
        let digest = format!("sha256:{}", "a".repeat(64));
        let pinned = format!("host.example/a/b:1@{digest}");
        assert_eq!(external(&format!("docker://{pinned}")).unwrap(), (pinned, Some(digest.parse().unwrap())));
        let long = format!("host.example/{}", "a".repeat(600));
        for bad in [
            "",
            "/etc/passwd",
            "./image.tar",
            "oci:folder",
            "docker-archive:x.tar",
            "docker-daemon:x",
            "dir:///x",
            "../x",
            "host.example/A",
            "host.example/a:b:c",
            "host.example/a@sha256:1",
            "ho st.example/a",
            "file:///x",
            "oci-archive:/x.tar",
            "podman:x",
            "busybox",
            "oci:folder/x",
            "library/busybox",
            "[::1/a",
            "http://host.example/a",
            "a\nb",
            &long,
        ] {
            assert_eq!(external(bad).map_err(|refused| refused.code), Err("image-reference"), "{bad}");
        }
    }
}
