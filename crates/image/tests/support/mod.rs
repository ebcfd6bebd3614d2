//! What the tests of this crate share: a store in a temporary folder, and shortcuts.
#![allow(dead_code, unreachable_pub)]

use std::path::{Path, PathBuf};

use assay_core::{Code, Silent};
use assay_image::{Image, OpenError, OpenOptions, Opened, PackLayer, PackSpec, Store, pack};

pub mod layout;
pub mod registry;
pub mod tarball;

/// A temporary folder with a store in it.
pub struct Home {
    pub dir: tempfile::TempDir,
    pub store: Store,
}

impl Home {
    pub fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(&dir.path().join("images")).unwrap();
        Self { dir, store }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Packs to a layout folder or archive of this name.
    pub fn pack(&self, spec: &PackSpec, name: &str) -> String {
        pack(spec, &self.path(name)).unwrap();
        self.path(name).to_str().unwrap().to_owned()
    }

    pub fn open(&self, reference: &str) -> Opened {
        self.try_open(reference).unwrap()
    }

    pub fn try_open(&self, reference: &str) -> Result<Opened, OpenError> {
        self.open_with(reference, &OpenOptions::default())
    }

    pub fn open_with(&self, reference: &str, options: &OpenOptions) -> Result<Opened, OpenError> {
        assay_image::open(reference, options, &self.store, &Silent)
    }

    /// Opens an image that must be without fault.
    pub fn open_good(&self, reference: &str) -> Image {
        let opened = self.open(reference);
        assert_eq!(opened.findings, [], "{reference}");
        opened.image.unwrap()
    }

    /// Files anywhere in the store's staging folder.
    pub fn staged(&self) -> usize {
        std::fs::read_dir(self.path("images/staging")).unwrap().count()
    }
}

/// Codes of all findings, sorted.
pub fn codes(opened: &Opened) -> Vec<Code> {
    let mut codes: Vec<Code> = opened.findings.iter().map(|finding| finding.code).collect();
    codes.sort();
    codes
}

/// A small good image.
pub fn sample() -> PackSpec {
    let base = PackLayer::new()
        .file("/bin/run", b"#!/bin/sh\n".to_vec(), 0o755)
        .file("/var/manifest.json", b"{}".to_vec(), 0o644)
        .symlink("/bin/sh", "run")
        .folder("/tmp", 0o1777);
    PackSpec::new().layer(base).entrypoint(["/bin/run"]).user("65534:65534").env("A", "1")
}

/// Text of a file of the image.
pub fn text(image: &Image, path: &str) -> String {
    String::from_utf8(image.view.read(path, 1 << 20).unwrap()).unwrap()
}

/// Runs a program that the test cannot do without.
pub fn run(program: &str, arguments: &[&str]) -> String {
    let output = std::process::Command::new(program).args(arguments).output().unwrap_or_else(|problem| {
        panic!("these tests need `{program}` (Debian: apt-get install {program}): {problem}")
    });
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program} {arguments:?}: {errors}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

pub fn shown(path: &Path) -> String {
    path.to_str().unwrap().to_owned()
}
