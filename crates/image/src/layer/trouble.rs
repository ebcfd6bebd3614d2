//! The findings for layers that cannot be used at all.

use assay_core::{Code, Finding};

use crate::document::media::Encoding;
use crate::limits::ImageLimits;
use crate::tar::TarError;

use super::decode::DecodeProblem;
use super::inflate::Inflated;
use super::stream::Promise;
use super::unpack::Stop;

/// What differs between the blob and the promise.
pub(super) fn check_blob(inflated: &Inflated, promise: &Promise) -> Option<Finding> {
    let told =
        promise.digest.as_ref().map_or_else(|| "the layer".to_owned(), |digest| format!("the blob {digest}"));
    if let Some(size) = promise.size.filter(|size| *size != inflated.read || inflated.overlong) {
        let more = if inflated.overlong { "more than " } else { "" };
        let read = if inflated.overlong { size } else { inflated.read };
        return Some(Finding::error(
            Code::IMG_001,
            format!("{told} has {more}{read} bytes"),
            format!("the {size} bytes that the manifest names"),
        ));
    }
    match &promise.digest {
        Some(digest) if *digest != inflated.digest => Some(Finding::error(
            Code::IMG_001,
            format!("{told} has the digest {}", inflated.digest),
            format!("the digest {digest} under which the manifest names it"),
        )),
        _ => None,
    }
}

/// The finding for a layer that unpacks to too many bytes for each of its own.
pub(super) fn expansion(unpacked: u64, read: u64, limits: &ImageLimits) -> Finding {
    Finding::error(
        Code::IMG_003,
        format!("the layer unpacks to at least {unpacked} bytes from {read}"),
        format!("at most {} bytes for each compressed byte", limits.expansion_ratio),
    )
}

/// The finding for a layer whose compression is not what it should be.
pub(super) fn undecodable(promise: &Promise, problem: &DecodeProblem) -> Finding {
    let observed = match problem {
        DecodeProblem::Mismatch { said, found } => {
            format!("the layer is {} although its media type says {}", encoding(*found), encoding(*said))
        }
        DecodeProblem::Io(cause) => format!("the layer's compression cannot be read: {cause}"),
    };
    Finding::error(Code::IMG_002, observed, format!("{} as the media type says", encoding(promise.encoding)))
}

fn encoding(encoding: Encoding) -> &'static str {
    match encoding {
        Encoding::Plain => "plain tar",
        Encoding::Gzip => "gzip",
        Encoding::Zstd => "zstd",
        Encoding::Unsaid => "tar, gzip or zstd",
    }
}

/// The finding for a layer that could not be walked to its end.
pub(super) fn unreadable(stop: &Stop, limits: &ImageLimits) -> Finding {
    match stop {
        Stop::TooManyEntries => too_many_entries(limits),
        Stop::Tar(problem @ TarError::HeaderTooLarge { limit, .. }) => Finding::error(
            Code::IMG_003,
            problem.to_string(),
            format!("extended headers of at most {limit} bytes"),
        ),
        Stop::Tar(problem) => Finding::error(
            Code::IMG_002,
            format!("the layer is not a readable tar archive: {problem}"),
            "a whole and well-formed tar archive",
        ),
        Stop::Over(over) => over.finding(limits),
        Stop::Disk(path, cause) => Finding::error(Code::IMG_002, format!("`{path}`: {cause}"), ""),
    }
}

/// The finding for a layer with too many entries.
pub(super) fn too_many_entries(limits: &ImageLimits) -> Finding {
    let most = limits.entries_per_layer;
    Finding::error(
        Code::IMG_003,
        format!("the layer has more than {most} entries"),
        format!("at most {most} entries"),
    )
}
