//! Reading everything that is kept again and again, so that damage is found before it is needed.

use std::fs::File;

use assay_core::registry::{BlobState, RepositoryName, StoredBlob, StoredManifest};
use assay_core::{Digest, Fault, Refused};

use crate::files::{digest_of, digest_of_file};
use crate::registry::Registry;

const BLOBS: &str = "registry-scrub-blobs";
const MANIFESTS: &str = "registry-scrub-manifests";

/// Rows looked at in one call.
const STRIDE: u32 = 64;

/// Something that is not what it was.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Found {
    /// A blob's bytes are others, or missing. They are set aside, and the blob is hidden until it is pushed again.
    Blob {
        /// The blob.
        digest: Digest,
        /// Manifests that cannot be pulled in full now.
        manifests: Vec<(RepositoryName, Digest)>,
    },
    /// A manifest's bytes are others. It is hidden until it is pushed again.
    Manifest {
        /// Where it is.
        repository: RepositoryName,
        /// The manifest.
        digest: Digest,
    },
}

/// What one call did.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Scrubbed {
    /// Bytes read.
    pub bytes: u64,
    /// What was found.
    pub found: Vec<Found>,
    /// Whether everything has been read once; the next call begins anew.
    pub round: bool,
}

/// Reads on from where the last call stopped, until `budget` bytes are read. Pacing is the caller's.
///
/// # Errors
/// Faults of records and disk. What could not be read is tried again by the next call.
pub fn scrub(registry: &Registry, budget: u64) -> Result<Scrubbed, Refused> {
    let mut done = Scrubbed::default();
    while done.bytes < budget {
        if scrub_blobs(registry, budget, &mut done)? {
            continue;
        }
        if !scrub_manifests(registry, budget, &mut done)? {
            registry.write(|records| {
                records.set_cursor(BLOBS, None)?;
                records.set_cursor(MANIFESTS, None)
            })?;
            done.round = true;
            break;
        }
    }
    Ok(done)
}

/// Reads some blobs; `false` when there are no more.
fn scrub_blobs(registry: &Registry, budget: u64, done: &mut Scrubbed) -> Result<bool, Refused> {
    let at = registry.read(|records| records.cursor(BLOBS))?;
    let after = at.and_then(|at| at.parse::<Digest>().ok());
    let blobs = registry.read(|records| records.blobs(after.as_ref(), STRIDE))?;
    for blob in &blobs {
        done.bytes += blob.size;
        if !look(registry, blob)?.0 {
            set_aside(registry, blob, done)?;
        }
        registry.write(|records| records.set_cursor(BLOBS, Some(&blob.digest.to_string())))?;
        if done.bytes >= budget {
            return Ok(true);
        }
    }
    Ok(!blobs.is_empty())
}

/// Whether the file is there with the blob's bytes, and the file. One that the disk cannot read is as good as lost.
fn look(registry: &Registry, blob: &StoredBlob) -> Result<(bool, Option<File>), Refused> {
    let doing = |cause| Fault::io(format!("opening blob {}", blob.digest), cause);
    let Some(mut file) = registry.files.find(&blob.digest).map_err(doing)? else { return Ok((false, None)) };
    let found = digest_of_file(&mut file, blob.digest.algorithm());
    Ok((found.is_ok_and(|found| found == (blob.digest.clone(), blob.size)), Some(file)))
}

/// Reads the blob once more, lest a passing trouble count as damage. It may have been pushed again or removed while it was
/// read, so while nobody can do that, and all pushes wait, it is asked whether it is that file still.
fn set_aside(registry: &Registry, blob: &StoredBlob, done: &mut Scrubbed) -> Result<(), Refused> {
    let (whole, file) = look(registry, blob)?;
    if whole {
        return Ok(());
    }
    let mut manifests = Vec::new();
    let damaged = || {
        let Some(now) = registry.read(|records| records.stored_blob(&blob.digest))? else { return Ok(false) };
        if now.state == BlobState::Damaged || !registry.files.holds(&blob.digest, file.as_ref())? {
            return Ok(false);
        }
        manifests =
            registry.write(|records| records.damage_blob(&blob.digest, registry.parts.clock.now()))?;
        Ok(true)
    };
    if registry.files.set_aside(&blob.digest, damaged)? {
        tracing::error!(digest = %blob.digest, manifests = manifests.len(), "a blob is damaged");
        done.found.push(Found::Blob { digest: blob.digest.clone(), manifests });
    }
    Ok(())
}

/// Reads some manifests; `false` when there are no more.
fn scrub_manifests(registry: &Registry, budget: u64, done: &mut Scrubbed) -> Result<bool, Refused> {
    let at = registry.read(|records| records.cursor(MANIFESTS))?;
    let after = at.as_deref().and_then(read_cursor);
    let after = after.as_ref().map(|(name, digest)| (name, digest));
    let manifests = registry.read(|records| records.manifests(after, STRIDE))?;
    for (name, manifest) in &manifests {
        done.bytes += manifest.bytes.len() as u64;
        if digest_of(manifest.digest.algorithm(), &manifest.bytes) != manifest.digest {
            hide(registry, name, manifest, done)?;
        }
        let cursor = format!("{name} {}", manifest.digest);
        registry.write(|records| records.set_cursor(MANIFESTS, Some(&cursor)))?;
        if done.bytes >= budget {
            return Ok(true);
        }
    }
    Ok(!manifests.is_empty())
}

fn hide(
    registry: &Registry,
    name: &RepositoryName,
    manifest: &StoredManifest,
    done: &mut Scrubbed,
) -> Result<(), Refused> {
    let now = registry.parts.clock.now();
    registry.write_in(name, |records, repository| {
        records.damage_manifest(repository, &manifest.digest, now).map(Some)
    })?;
    registry.forget(name);
    tracing::error!(repository = %name, digest = %manifest.digest, "a manifest is damaged");
    done.found.push(Found::Manifest { repository: name.clone(), digest: manifest.digest.clone() });
    Ok(())
}

fn read_cursor(text: &str) -> Option<(RepositoryName, Digest)> {
    let (name, digest) = text.split_once(' ')?;
    Some((name.parse().ok()?, digest.parse().ok()?))
}
