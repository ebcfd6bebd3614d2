//! Which of the protocol's endpoints an address means.

use assay_core::Digest;
use assay_core::digest::MalformedDigest;
use assay_core::registry::{MalformedName, MalformedTag, Reference, RepositoryName};
use uuid::Uuid;

/// An endpoint, as the part of the path after `/v2/` names it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Route {
    /// `_catalog`
    Catalog,
    /// `NAME/tags/list`
    Tags(RepositoryName),
    /// `NAME/manifests/REFERENCE`
    Manifest(RepositoryName, Reference),
    /// `NAME/blobs/DIGEST`
    Blob(RepositoryName, Digest),
    /// `NAME/blobs/uploads/`
    Uploads(RepositoryName),
    /// `NAME/blobs/uploads/ID`
    Upload(RepositoryName, Uuid),
    /// `NAME/referrers/DIGEST`
    Referrers(RepositoryName, Digest),
}

/// Why an address means no endpoint.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RouteError {
    /// Not in the protocol.
    #[error("there is nothing at this address")]
    Nothing,
    /// The repository's name is malformed.
    #[error(transparent)]
    Name(#[from] MalformedName),
    /// The digest is malformed.
    #[error(transparent)]
    Digest(#[from] MalformedDigest),
    /// The tag is malformed.
    #[error(transparent)]
    Tag(#[from] MalformedTag),
    /// No id of an upload.
    #[error("there is no such upload")]
    Upload,
}

impl Route {
    /// Reads a path, percent signs resolved. It is read from its end, because a name may have any words in it.
    ///
    /// # Errors
    /// When it means no endpoint.
    pub fn read(path: &str) -> Result<Self, RouteError> {
        if path == "_catalog" {
            return Ok(Self::Catalog);
        }
        let (head, last) = path.rsplit_once('/').ok_or(RouteError::Nothing)?;
        if let Some(name) = uploads_of(head, last) {
            return Ok(Self::Uploads(name.parse()?));
        }
        if let Some(name) = head.strip_suffix("/blobs/uploads") {
            return Ok(Self::Upload(name.parse()?, last.parse().map_err(|_| RouteError::Upload)?));
        }
        let (name, kind) = head.rsplit_once('/').ok_or(RouteError::Nothing)?;
        match (kind, last) {
            ("tags", "list") => Ok(Self::Tags(name.parse()?)),
            ("manifests", _) => Ok(Self::Manifest(name.parse()?, reference(last)?)),
            ("blobs", _) => Ok(Self::Blob(name.parse()?, last.parse()?)),
            ("referrers", _) => Ok(Self::Referrers(name.parse()?, last.parse()?)),
            _ => Err(RouteError::Nothing),
        }
    }
}

/// The name in `NAME/blobs/uploads/`, the last slash left out or not.
fn uploads_of<'a>(head: &'a str, last: &str) -> Option<&'a str> {
    match last {
        "" => head.strip_suffix("/blobs/uploads"),
        "uploads" => head.strip_suffix("/blobs"),
        _ => None,
    }
}

/// A tag has no colon, a digest always has one.
fn reference(text: &str) -> Result<Reference, RouteError> {
    if text.contains(':') { Ok(Reference::Digest(text.parse()?)) } else { Ok(Reference::Tag(text.parse()?)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_may_have_the_protocols_words_in_them() {
        let digest = format!("sha256:{}", "0a".repeat(32));
        let name = |route: Route| match route {
            Route::Tags(name) | Route::Manifest(name, _) | Route::Blob(name, _) | Route::Uploads(name) => {
                name
            }
            Route::Upload(name, _) | Route::Referrers(name, _) => name,
            Route::Catalog => unreachable!("no name"),
        };
        let read = |path: String| name(Route::read(&path).unwrap()).to_string();
        for wanted in ["a", "7/detector", "manifests/tags/list", "blobs/uploads", "a/blobs/uploads/b"] {
            assert_eq!(read(format!("{wanted}/tags/list")), wanted);
            assert_eq!(read(format!("{wanted}/manifests/latest")), wanted);
            assert_eq!(read(format!("{wanted}/manifests/{digest}")), wanted);
            assert_eq!(read(format!("{wanted}/blobs/{digest}")), wanted);
            assert_eq!(read(format!("{wanted}/referrers/{digest}")), wanted);
            assert_eq!(read(format!("{wanted}/blobs/uploads/")), wanted);
            assert_eq!(read(format!("{wanted}/blobs/uploads")), wanted);
            assert_eq!(read(format!("{wanted}/blobs/uploads/{}", Uuid::nil())), wanted);
        }
    }

    #[test]
    fn what_is_no_endpoint_says_why() {
        assert_eq!(Route::read("a/b"), Err(RouteError::Nothing));
        assert_eq!(Route::read(""), Err(RouteError::Nothing));
        assert_eq!(Route::read("a/blobs/uploads/x"), Err(RouteError::Upload));
        assert!(matches!(Route::read("A/tags/list"), Err(RouteError::Name(_))));
        assert!(matches!(Route::read("a/blobs/sha256:0"), Err(RouteError::Digest(_))));
        assert!(matches!(Route::read("a/manifests/.x"), Err(RouteError::Tag(_))));
        assert!(matches!(Route::read("a/manifests/sha256:0"), Err(RouteError::Digest(_))));
    }
}
