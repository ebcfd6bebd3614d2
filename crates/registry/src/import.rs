//! Blobs that the service itself brings in, from other registries and from archives.

use std::fs;
use std::io::Read;
use std::path::Path;

use assay_core::digest::Algorithm;
use assay_core::registry::RepositoryName;
use assay_core::{Digest, Fault, OrgId, Refused, Rejection};

use crate::files::{Appender, Checkpoint};
use crate::quota::{exceeded, within_quota};
use crate::registry::Registry;

/// Read in one go.
const PIECE: usize = 512 << 10;

impl Registry {
    /// Keeps a blob read from `bytes` and shows it to the repository. One that the organization sees already is shown
    /// without being read; any other has to be brought, wherever else it is, since to name a digest is not to have the
    /// bytes. Blocks until it is durable.
    ///
    /// # Errors
    /// A rejection `digest-differs` when it is not what `digest` says, `blob-too-large`, `quota-exceeded`; a fault of disk
    /// or source.
    pub fn import(
        &self,
        repository: &RepositoryName,
        org: OrgId,
        digest: Option<&Digest>,
        bytes: &mut (dyn Read + Send),
    ) -> Result<(Digest, u64), Refused> {
        if let Some(digest) = digest
            && let Some(size) = self.show(repository, org, digest)?
        {
            return Ok((digest.clone(), size));
        }
        let path = self.files.uploads.join(self.parts.ids.next_id().to_string());
        let imported = self.import_at(&path, repository, org, digest, bytes);
        if imported.is_err() {
            // What cannot be removed now is swept with other uploads.
            let _ = fs::remove_file(&path);
        }
        imported
    }

    /// Shows a blob that the organization sees to the repository; its size, if it does.
    fn show(&self, repository: &RepositoryName, org: OrgId, digest: &Digest) -> Result<Option<u64>, Refused> {
        let now = self.parts.clock.now();
        self.write(|records| {
            if records.blob_of_org(org, digest)?.is_none() {
                return Ok(None);
            }
            let repository = records.make_repository(repository, org, now)?;
            records.show_blob(&repository, digest, now)
        })
    }

    fn import_at(
        &self,
        path: &Path,
        repository: &RepositoryName,
        org: OrgId,
        digest: Option<&Digest>,
        bytes: &mut (dyn Read + Send),
    ) -> Result<(Digest, u64), Refused> {
        let algorithm = digest.map_or(Algorithm::Sha256, Digest::algorithm);
        let mut appender = Appender::open(path, Checkpoint::start(algorithm))?;
        self.append_all(&mut appender, org, bytes)?;
        let (file, found, size) = appender.finish(algorithm)?;
        if let Some(digest) = digest.filter(|digest| **digest != found) {
            let message = format!("a blob of the image has the digest {found}, not {digest}");
            return Err(Rejection::new("digest-differs", message).into());
        }
        let now = self.parts.clock.now();
        self.files.keep(path, &file, &found, || {
            self.write(|records| {
                let repository = records.make_repository(repository, org, now)?;
                let keep = || records.keep_blob(&repository, &found, size, now);
                within_quota(records, org, self.options.quota, keep)
            })
        })?;
        Ok((found, size))
    }

    fn append_all(
        &self,
        appender: &mut Appender,
        org: OrgId,
        bytes: &mut (dyn Read + Send),
    ) -> Result<(), Refused> {
        let (room, quota) = self.room(org)?;
        let mut piece = vec![0; PIECE];
        loop {
            let read = bytes.read(&mut piece).map_err(|cause| {
                Fault::new("image-source", "reading a blob of an image", cause).retryable()
            })?;
            if read == 0 {
                return Ok(());
            }
            appender.push(piece.get(..read).unwrap_or_default())?;
            if appender.offset() > self.options.blob_bytes {
                let message = format!("a blob may have {} bytes at most", self.options.blob_bytes);
                return Err(Rejection::new("blob-too-large", message).into());
            }
            if appender.offset() > room {
                return Err(exceeded(quota).into());
            }
        }
    }
}
