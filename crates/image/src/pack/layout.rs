//! Writing the OCI image layout (OCI image-spec `image-layout.md`) and its archive form.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use serde_json::json;

use assay_core::Digest;

use super::archive::{Archive, Header};
use super::expand::write_layer;
use super::{Compression, PackError, PackLayer};
use crate::document::media;
use crate::hash::{HashingWriter, sha256};

/// A layout being written.
pub(super) struct Layout {
    dir: PathBuf,
}

/// A blob that was written.
pub(super) struct Blob {
    pub(super) digest: Digest,
    pub(super) size: u64,
}

impl Layout {
    /// Starts a layout in `dir`, which must be missing or empty.
    pub(super) fn create(dir: &Path) -> Result<Self, PackError> {
        let failed = |cause| PackError::io(format!("creating `{}`", dir.display()), cause);
        fs::create_dir_all(dir).map_err(failed)?;
        if fs::read_dir(dir).map_err(failed)?.next().is_some() {
            return Err(PackError::Spec(format!(
                "`{}` is not empty; name a new folder, or a file that ends in `.tar`",
                dir.display()
            )));
        }
        fs::create_dir_all(dir.join("blobs/sha256")).map_err(failed)?;
        Ok(Self { dir: dir.to_owned() })
    }

    /// Writes one layer; returns its blob and its diff id.
    pub(super) fn layer(
        &self,
        layer: &PackLayer,
        compression: Compression,
    ) -> Result<(Blob, Digest), PackError> {
        let aside = self.dir.join("blobs/sha256/.writing");
        let failed = |cause| PackError::io(format!("writing `{}`", aside.display()), cause);
        let file = HashingWriter::new(BufWriter::new(File::create(&aside).map_err(failed)?));
        let (file, diff_id) = match compression {
            Compression::None => {
                let (file, diff_id, _) = write_layer(layer, HashingWriter::new(file))?.finish();
                (file, diff_id)
            }
            Compression::Gzip => {
                let gzip = flate2::write::GzEncoder::new(file, flate2::Compression::new(6));
                let (gzip, diff_id, _) = write_layer(layer, HashingWriter::new(gzip))?.finish();
                (gzip.finish().map_err(failed)?, diff_id)
            }
            Compression::Zstd => {
                let zstd = zstd::Encoder::new(file, 3).map_err(failed)?;
                let (zstd, diff_id, _) = write_layer(layer, HashingWriter::new(zstd))?.finish();
                (zstd.finish().map_err(failed)?, diff_id)
            }
        };
        let (mut file, digest, size) = file.finish();
        file.flush().map_err(failed)?;
        fs::rename(&aside, self.blob_path(&digest)).map_err(failed)?;
        Ok((Blob { digest, size }, diff_id))
    }

    /// Writes a JSON document as a blob.
    pub(super) fn document(&self, document: &serde_json::Value) -> Result<Blob, PackError> {
        let bytes = document.to_string().into_bytes();
        let digest = sha256(&bytes);
        let path = self.blob_path(&digest);
        fs::write(&path, &bytes)
            .map_err(|cause| PackError::io(format!("writing `{}`", path.display()), cause))?;
        Ok(Blob { digest, size: bytes.len() as u64 })
    }

    /// Ends the layout by naming its images.
    pub(super) fn finish(&self, manifests: &[serde_json::Value]) -> Result<(), PackError> {
        let index = json!({ "schemaVersion": 2, "mediaType": media::OCI_INDEX, "manifests": manifests });
        for (name, content) in
            [("index.json", index), ("oci-layout", json!({ "imageLayoutVersion": "1.0.0" }))]
        {
            let path = self.dir.join(name);
            fs::write(&path, content.to_string())
                .map_err(|cause| PackError::io(format!("writing `{}`", path.display()), cause))?;
        }
        Ok(())
    }

    /// Writes the finished layout as a tar archive to `out`, aside first and then renamed.
    pub(super) fn archive(&self, out: &Path) -> Result<(), PackError> {
        let failed = |cause| PackError::io(format!("writing `{}`", out.display()), cause);
        let folder = out.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let aside = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
        self.write_archive(BufWriter::new(aside.as_file())).map_err(failed)?;
        let readable = std::os::unix::fs::PermissionsExt::from_mode(0o644);
        fs::set_permissions(aside.path(), readable).map_err(failed)?;
        aside.persist(out).map(drop).map_err(|problem| failed(problem.error))
    }

    fn write_archive(&self, out: impl Write) -> io::Result<()> {
        let mut archive = Archive::new(out);
        let mut blobs: Vec<_> =
            fs::read_dir(self.dir.join("blobs/sha256"))?.collect::<io::Result<Vec<_>>>()?;
        blobs.sort_by_key(fs::DirEntry::file_name);
        let blobs = blobs.iter().map(|blob| format!("blobs/sha256/{}", blob.file_name().to_string_lossy()));
        for folder in ["blobs/", "blobs/sha256/"] {
            archive.member(&header(folder, b'5', 0, 0o755))?;
        }
        for name in blobs.chain(["index.json".to_owned(), "oci-layout".to_owned()]) {
            let file = File::open(self.dir.join(&name))?;
            let size = file.metadata()?.len();
            archive.file(&header(&name, b'0', size, 0o644), file)?;
        }
        archive.finish()?.flush()
    }

    fn blob_path(&self, digest: &Digest) -> PathBuf {
        self.dir.join("blobs/sha256").join(digest.hex())
    }
}

fn header(path: &str, kind: u8, size: u64, mode: u32) -> Header<'_> {
    Header { path: path.as_bytes(), kind, link: b"", size, mode, uid: 0, gid: 0 }
}
