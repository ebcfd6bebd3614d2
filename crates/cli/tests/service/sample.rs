//! The sample engine of all the tests here, as what a client pushes.

use std::io;
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use super::house::{Service, engine};
use super::repository::{Repository, digest};

/// The engine.
const NAME: &str = "keyword";
/// Its repository.
pub const REPOSITORY: &str = "1/keyword";

/// An image taken apart.
pub struct Sample {
    /// Layers and configuration.
    pub blobs: Vec<Vec<u8>>,
    pub manifest: Value,
    /// The folder that became its one layer, the engine's manifest aside.
    pub root: PathBuf,
}

impl Sample {
    /// Makes the image in the service's house.
    pub fn of(service: &Service) -> Self {
        let house = service.house.path();
        let (archive, layout) = (house.join(engine::packed(NAME, &service.house)), house.join("layout"));
        std::fs::create_dir(&layout).unwrap();
        let tar = Command::new("tar").arg("-xf").arg(archive).arg("-C").arg(&layout).status().unwrap();
        assert!(tar.success());
        let read = |name: &str| std::fs::read(layout.join(name)).unwrap();
        let blob =
            |digest: &Value| read(&format!("blobs/{}", digest.as_str().expect("a digest").replace(':', "/")));
        let index: Value = serde_json::from_slice(&read("index.json")).unwrap();
        let manifest: Value = serde_json::from_slice(&blob(&index["manifests"][0]["digest"])).unwrap();
        let layers = manifest["layers"].as_array().unwrap().iter();
        let blobs = layers.chain([&manifest["config"]]).map(|told| blob(&told["digest"])).collect();
        Self { blobs, manifest, root: house.join(NAME) }
    }

    /// The engine's own manifest.
    pub fn engine_manifest(&self) -> Value {
        let path = gallery::folder().join(NAME).join("manifest.json");
        serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
    }

    /// Makes the engine known to the service, whose operators submit and approve without a person from now on.
    pub fn register(&self, service: &Service) {
        service.told(&["org", "set", "1", "--auto-submit", "on", "--auto-approve", "on"]);
        let manifest = self.engine_manifest();
        let (id, category) = (manifest["engineId"].as_str().unwrap(), manifest["category"].as_str().unwrap());
        service.told(&["engine", "create", NAME, "--org", "1", "--id", id, "--category", category]);
    }

    /// Pushes the blobs.
    pub fn push_blobs(&self, repository: &mut Repository) -> io::Result<()> {
        self.blobs.iter().try_for_each(|blob| repository.push(&digest(blob), blob))
    }

    /// The manifest with a note that makes it another image.
    pub fn variant(&self, note: &str) -> Vec<u8> {
        let mut manifest = self.manifest.clone();
        manifest["annotations"]["org.opencontainers.image.version"] = note.into();
        serde_json::to_vec(&manifest).unwrap()
    }
}
