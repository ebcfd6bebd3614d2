//! Images to push: OCI layouts made of layers that are real archives.

use std::fs::File;
use std::io::{BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use sha2::{Digest as _, Sha256};

use crate::random::Random;
use crate::repository::{self, MANIFEST};

/// A layer as it is pushed.
#[derive(Clone)]
pub struct Layer {
    pub file: PathBuf,
    pub digest: String,
    pub size: usize,
    /// Digest of what is inside the compression.
    pub inner: String,
}

impl Layer {
    /// Archives and compresses a folder's content.
    pub fn of(folder: &Path, file: PathBuf) -> Self {
        let mut tar = Command::new("tar")
            .args(["--sort=name", "--owner=0", "--group=0", "-C"])
            .arg(folder)
            .args(["-cf", "-", "."])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut gzip = Command::new("gzip")
            .args(["-1", "-n"])
            .stdin(Stdio::piped())
            .stdout(File::create(&file).unwrap())
            .spawn()
            .unwrap();
        let inner = copy(&mut tar.stdout.take().unwrap(), &mut gzip.stdin.take().unwrap());
        assert!(tar.wait().unwrap().success() && gzip.wait().unwrap().success());
        let digest = copy(&mut File::open(&file).unwrap(), &mut std::io::sink());
        let size = file.metadata().unwrap().len() as usize;
        Self { file, digest, size, inner }
    }

    /// Its bytes.
    pub fn bytes(&self) -> Vec<u8> {
        std::fs::read(&self.file).unwrap()
    }
}

/// Six layers of about 50 MB, half of them of bytes that cannot be compressed, half of text that can.
pub fn six_layers(work: &Path, seed: u64) -> Vec<Layer> {
    let random = |at| Random(seed + at);
    (0..6)
        .map(|at| {
            let folder = work.join(format!("layer-{seed}-{at}"));
            std::fs::create_dir_all(folder.join("srv")).unwrap();
            for part in 0..4 {
                let bytes = random(at * 4 + part).bytes(if at < 3 { 12_800_000 } else { 12_500_000 });
                let bytes = if at < 3 { bytes } else { BASE64_STANDARD.encode(bytes).into_bytes() };
                std::fs::write(folder.join(format!("srv/part-{part}")), bytes).unwrap();
            }
            Layer::of(&folder, work.join(format!("layer-{seed}-{at}.tar.gz")))
        })
        .collect()
}

/// The configuration that goes with these layers.
pub fn configuration(layers: &[Layer], run: serde_json::Value) -> Vec<u8> {
    let inner: Vec<&str> = layers.iter().map(|layer| layer.inner.as_str()).collect();
    let configuration = serde_json::json!({
        "architecture": "amd64", "os": "linux", "config": run,
        "rootfs": { "type": "layers", "diff_ids": inner },
    });
    serde_json::to_vec(&configuration).unwrap()
}

/// Writes an OCI layout for clients that push from one.
pub fn layout(folder: &Path, layers: &[Layer]) {
    let blobs = folder.join("blobs/sha256");
    std::fs::create_dir_all(&blobs).unwrap();
    let keep = |bytes: &[u8]| {
        let digest = repository::digest(bytes);
        std::fs::write(blobs.join(digest.trim_start_matches("sha256:")), bytes).unwrap();
        digest
    };
    for layer in layers {
        std::fs::copy(&layer.file, blobs.join(layer.digest.trim_start_matches("sha256:"))).unwrap();
    }
    let configuration = configuration(layers, serde_json::json!({}));
    let named: Vec<_> = layers.iter().map(|layer| (layer.digest.clone(), layer.size)).collect();
    let manifest = repository::manifest((&keep(&configuration), configuration.len()), &named, "1");
    let index = serde_json::json!({
        "schemaVersion": 2,
        "manifests": [{ "mediaType": MANIFEST, "digest": keep(&manifest), "size": manifest.len() }],
    });
    std::fs::write(folder.join("index.json"), serde_json::to_vec(&index).unwrap()).unwrap();
    std::fs::write(folder.join("oci-layout"), r#"{"imageLayoutVersion":"1.0.0"}"#).unwrap();
}

/// Copies and gives the digest of what went through.
fn copy(from: &mut dyn Read, to: &mut dyn Write) -> String {
    let mut from = BufReader::with_capacity(1 << 20, from);
    let (mut hash, mut piece) = (Sha256::new(), vec![0; 1 << 20]);
    loop {
        let read = from.read(&mut piece).unwrap();
        if read == 0 {
            return repository::named(&hash.finalize());
        }
        hash.update(&piece[..read]);
        to.write_all(&piece[..read]).unwrap();
    }
}
