//! The registry's own part of a manifest push.

use super::{ManifestPush, Push, RegistryRecords};
use crate::digest::Digest;
use crate::{Refused, Rejection};

/// Whether a push brought something new.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kept {
    /// The repository had no such manifest.
    New,
    /// It had; at most tags moved.
    Known,
}

/// Keeps a pushed manifest within the caller's transaction: bytes, what it points to, whom it is about, its tags and
/// their history. All it points to must be in the repository; being pointed to, it stays from now on.
///
/// # Errors
/// A rejection `manifest-blob-unknown` naming what is missing.
pub fn keep_manifest<R: RegistryRecords + ?Sized>(records: &R, push: &ManifestPush) -> Result<Kept, Refused> {
    let Push { repository, org, digest, tags, actor, at, .. } = &push.push;
    let repository = records.make_repository(repository, *org, *at)?;
    let missing = records.missing_links(&repository, &push.links)?;
    if !missing.is_empty() {
        return Err(unknown(&missing).into());
    }
    let new = records.insert_manifest(&repository, push)?;
    for tag in tags {
        records.set_tag(&repository, tag, digest, actor, *at)?;
    }
    Ok(if new { Kept::New } else { Kept::Known })
}

fn unknown(missing: &[Digest]) -> Rejection {
    let named: Vec<String> = missing.iter().take(16).map(ToString::to_string).collect();
    Rejection::new("manifest-blob-unknown", format!("the repository does not have {}", named.join(", ")))
        .hint("push blobs and child manifests before the manifest that points to them")
}
