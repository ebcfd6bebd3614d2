//! The images of deployed builds: OCI layouts of their own, which no push and no clearing-up in the registry can change.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use assay_core::digest::Algorithm;
use assay_core::{Build, BuildId, Digest, EngineId, Fault};
use serde_json::json;
use sha2::{Digest as _, Sha256, Sha512};

use super::placing::place;
use super::port::BlobFiles;
use super::shelf::Documents;

/// Layouts in the making.
const ASIDE: &str = "aside";

/// Read in one go.
const PIECE: usize = 1 << 20;

/// Held by whoever puts an image in its place, and by whoever looks whether one is wanted still: otherwise the look could
/// be older than the image.
static DOOR: Mutex<()> = Mutex::new(());

/// The folder of all layouts, `ENGINE/BUILD`.
#[derive(Clone, Copy)]
pub(super) struct Runtime<'a> {
    pub(super) folder: &'a Path,
    pub(super) files: &'a dyn BlobFiles,
}

impl Runtime<'_> {
    /// Copies a build's image by digest. Every byte of the copy is checked (GOV-003) before it is put in its place.
    pub(super) fn place(&self, build: &Build, documents: &Documents) -> Result<(), Fault> {
        let aside = self.folder.join(ASIDE);
        let made = fs::create_dir_all(&aside)
            .and_then(|()| tempfile::Builder::new().prefix("deploy-").tempdir_in(&aside))
            .map_err(|cause| Fault::io(format!("making a folder in `{}`", aside.display()), cause))?;
        self.fill(made.path(), documents)?;
        let target = self.at(build.engine, build.id);
        let _door = DOOR.lock().unwrap_or_else(PoisonError::into_inner);
        let doing = || format!("putting the image of build {} in its place", build.number);
        place(made.path(), &target).map_err(|cause| Fault::io(doing(), cause))?;
        let _moved = made.keep();
        Ok(())
    }

    /// Removes every image whose build `keeps` does not want.
    pub(super) fn collect(&self, keeps: impl Fn(BuildId) -> Result<bool, Fault>) -> Result<u64, Fault> {
        let _door = DOOR.lock().unwrap_or_else(PoisonError::into_inner);
        let failed = |cause| Fault::io(format!("clearing `{}`", self.folder.display()), cause);
        let mut removed = 0;
        for engine in folders(self.folder).map_err(failed)? {
            for image in folders(&engine).map_err(failed)? {
                let name = image.file_name().and_then(|name| name.to_str()?.parse().ok());
                if let Some(id) = name
                    && !keeps(BuildId(id))?
                {
                    fs::remove_dir_all(&image).map_err(failed)?;
                    removed += 1;
                }
            }
        }
        Ok(removed)
    }

    /// Clears what deployments that died left.
    pub(super) fn sweep(&self) -> Result<(), Fault> {
        let aside = self.folder.join(ASIDE);
        match fs::remove_dir_all(&aside) {
            Err(cause) if cause.kind() != io::ErrorKind::NotFound => {
                Err(Fault::io(format!("clearing `{}`", aside.display()), cause))
            }
            _ => Ok(()),
        }
    }

    fn at(&self, engine: EngineId, build: BuildId) -> PathBuf {
        self.folder.join(engine.to_string()).join(build.to_string())
    }

    fn fill(&self, folder: &Path, documents: &Documents) -> Result<(), Fault> {
        let failed = |cause| Fault::io("copying an image to the runtime store", cause);
        for algorithm in [Algorithm::Sha256, Algorithm::Sha512] {
            fs::create_dir_all(folder.join("blobs").join(algorithm.name())).map_err(failed)?;
        }
        for (digest, text) in &documents.texts {
            fs::write(blob(folder, digest), text).map_err(failed)?;
            check(folder, digest)?;
        }
        for digest in documents.blobs() {
            let there = self.files.link(&digest, &blob(folder, &digest)).map_err(failed)?;
            if !there {
                return Err(Fault::new("blob-missing", "copying an image to the runtime store", digest));
            }
            check(folder, &digest)?;
        }
        fs::write(folder.join("oci-layout"), r#"{"imageLayoutVersion":"1.0.0"}"#).map_err(failed)?;
        let top = documents.texts.get(&documents.top.digest).map_or(0, String::len);
        let index = json!({
            "schemaVersion": 2,
            "manifests": [{ "mediaType": documents.top.media_type, "digest": documents.top.digest, "size": top }],
        });
        fs::write(folder.join("index.json"), index.to_string()).map_err(failed)
    }
}

fn blob(folder: &Path, digest: &Digest) -> PathBuf {
    folder.join("blobs").join(digest.algorithm().name()).join(digest.hex())
}

/// Whether the copy is what its name says.
fn check(folder: &Path, digest: &Digest) -> Result<(), Fault> {
    let doing = || format!("checking the copy of {digest}");
    let found = File::open(blob(folder, digest))
        .and_then(|file| hash(file, digest.algorithm()))
        .map_err(|cause| Fault::io(doing(), cause))?;
    if found.as_ref() == Some(digest) {
        return Ok(());
    }
    let found = found.map(|found| found.to_string()).unwrap_or_default();
    Err(Fault::new("blob-damaged", doing(), format!("GOV-003: its bytes have the digest {found}"))
        .hint("push the image again; the disk may be failing"))
}

fn hash(mut file: File, algorithm: Algorithm) -> io::Result<Option<Digest>> {
    let hash = match algorithm {
        Algorithm::Sha256 => feed(&mut file, Sha256::new())?,
        Algorithm::Sha512 => feed(&mut file, Sha512::new())?,
    };
    Ok(Digest::from_hash(algorithm, &hash).ok())
}

fn feed<H: sha2::Digest>(file: &mut File, mut hasher: H) -> io::Result<Vec<u8>> {
    let mut piece = vec![0; PIECE];
    loop {
        let read = io::Read::read(file, &mut piece)?;
        if read == 0 {
            return Ok(hasher.finalize().to_vec());
        }
        hasher.update(piece.get(..read).unwrap_or_default());
    }
}

/// Folders in a folder, but not those in the making; none when there is no such folder.
fn folders(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let entries = match fs::read_dir(folder) {
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        other => other?,
    };
    let mut folders = Vec::new();
    for entry in entries {
        let path = entry?.path();
        if path.is_dir() && !path.ends_with(ASIDE) {
            folders.push(path);
        }
    }
    Ok(folders)
}
