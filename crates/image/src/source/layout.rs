//! An OCI image layout folder (OCI image-spec `image-layout.md`).

use std::fs::File;
use std::io::{self, Read};
use std::os::fd::OwnedFd;
use std::path::Path;

use assay_core::{Fault, Rejection};

use super::{Address, BlobError, Located, Source, Start};
use crate::layer::beneath;
use crate::limits::ImageLimits;
use crate::options::OpenError;

struct Layout {
    dir: OwnedFd,
}

/// Opens the layout in `dir`.
pub(super) fn locate(dir: &Path, name: Option<String>, limits: &ImageLimits) -> Result<Located, OpenError> {
    let failed = |cause: io::Error| Fault::io(format!("reading `{}`", dir.display()), cause);
    let folder: OwnedFd = match File::open(dir) {
        Ok(folder) if folder.metadata().map_err(failed)?.is_dir() => folder.into(),
        _ => {
            let message = format!("there is no folder `{}`", dir.display());
            return Err(Rejection::new("image-not-found", message).into());
        }
    };
    let index = match beneath::open_file(&folder, b"index.json") {
        Ok(file) => bounded(file, limits.manifest_bytes).map_err(failed)?,
        Err(_) => {
            let message = format!("`{}` is no OCI image layout: it has no `index.json`", dir.display());
            let hint = "make an image from a folder with `assay pack DIR -o IMAGE`";
            return Err(Rejection::new("image-not-found", message).hint(hint).into());
        }
    };
    Ok(Located { source: Box::new(Layout { dir: folder }), start: Start::Layout { index, name } })
}

/// At most one byte more than `limit`, which is then noticed as too large.
pub(super) fn bounded(reader: impl Read, limit: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    reader.take(limit + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The path of a blob in a layout.
pub(super) fn blob_path(address: &Address) -> String {
    match address {
        Address::Blob { digest, .. } => format!("blobs/{}/{}", digest.algorithm().name(), digest.hex()),
        Address::Member(name) => name.clone(),
    }
}

impl Source for Layout {
    fn blob(&self, address: &Address) -> Result<Box<dyn Read + Send>, BlobError> {
        match beneath::open_file(&self.dir, blob_path(address).as_bytes()) {
            Ok(file) => Ok(Box::new(file)),
            Err(problem) if problem.kind() == io::ErrorKind::PermissionDenied => {
                Err(Fault::io("reading a blob of the image layout", problem).into())
            }
            Err(_) => Err(BlobError::Missing),
        }
    }

    fn is_local(&self) -> bool {
        true
    }
}
