//! Reading documents from a source, bounded and checked, and the findings when they are not what they should be.

use std::io::Read;

use assay_core::{Code, Digest, Fault, Finding};

use super::resolve::{Halt, Resolver};
use crate::document::{Descriptor, DocumentError};
use crate::hash::digest_of;
use crate::source::{Address, BlobError};

impl Resolver<'_> {
    /// A document named by digest, checked.
    pub(super) fn fetch(
        &self,
        wanted: &Descriptor,
        limit: u64,
        document: bool,
        what: &str,
    ) -> Result<Vec<u8>, Halt> {
        let Descriptor { digest, size, .. } = wanted;
        if *size > limit {
            return Err(over(format!("the {what} has {size} bytes"), limit).into());
        }
        let address = Address::Blob { digest: digest.clone(), size: *size, document };
        let bytes = self.read(&address, *size, what)?;
        if bytes.len() as u64 != *size {
            let more = if bytes.len() as u64 > *size { "more than " } else { "" };
            let read = (*size).min(bytes.len() as u64);
            let observed = format!("the {what} {digest} has {more}{read} bytes");
            return Err(Finding::error(
                Code::IMG_001,
                observed,
                format!("the {size} bytes it is announced with"),
            )
            .into());
        }
        let found = digest_of(digest.algorithm(), &bytes);
        if found == *digest { Ok(bytes) } else { Err(differs(&format!("the {what}"), &found, digest).into()) }
    }

    /// At most one byte more than `limit`.
    pub(super) fn read(&self, address: &Address, limit: u64, what: &str) -> Result<Vec<u8>, Halt> {
        let blob = self.source.blob(address).map_err(|problem| match problem {
            BlobError::Missing => Halt::from(missing(address, what)),
            BlobError::Open(problem) => Halt::Open(problem),
        })?;
        let mut bytes = Vec::new();
        blob.take(limit + 1)
            .read_to_end(&mut bytes)
            .map_err(|cause| Fault::new("image-source", format!("reading the {what}"), cause).retryable())?;
        Ok(bytes)
    }

    /// Bytes that were read up to one byte more than `limit`.
    pub(super) fn within(&self, bytes: Vec<u8>, limit: u64, what: &str) -> Result<Vec<u8>, Halt> {
        if bytes.len() as u64 > limit {
            return Err(over(format!("{what} has more than {limit} bytes"), limit).into());
        }
        Ok(bytes)
    }
}

/// The finding for a blob that is not there.
pub(super) fn missing(address: &Address, what: &str) -> Finding {
    let name = match address {
        Address::Blob { digest, .. } => digest.to_string(),
        Address::Member(name) => format!("`{name}`"),
    };
    Finding::error(Code::IMG_001, format!("the {what} {name} is missing"), "every blob that the image names")
}

/// The finding for bytes with another digest.
pub(super) fn differs(what: &str, found: &Digest, expected: &Digest) -> Finding {
    Finding::error(Code::IMG_001, format!("{what} has the digest {found}"), format!("the digest {expected}"))
}

/// The finding for something larger than allowed.
pub(super) fn over(observed: String, limit: u64) -> Finding {
    Finding::error(Code::IMG_003, observed, format!("at most {limit} bytes"))
}

/// The finding for a document that cannot be read.
pub(super) fn malformed(what: &str, problem: &DocumentError) -> Finding {
    Finding::error(Code::IMG_002, format!("{what} cannot be used: {problem}"), "an OCI or Docker v2 image")
}

/// The finding for a media type that no image has.
pub(super) fn unsupported(media_type: &str) -> Finding {
    let shown: String = media_type.chars().take(120).flat_map(char::escape_default).collect();
    Finding::error(
        Code::IMG_002,
        format!("the media type `{shown}` is not one of images"),
        "an OCI or Docker v2 image",
    )
}
