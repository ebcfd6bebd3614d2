//! The sample engines of `engines/`, made into images with the command itself.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use serde::Deserialize;

use super::House;

/// What an `engine.toml` says.
#[derive(Deserialize, Clone, Debug)]
#[serde(deny_unknown_fields)]
pub struct Engine {
    /// Its folder's name.
    #[serde(skip)]
    pub name: String,
    /// What it does.
    pub about: String,
    /// The program of the `engines` workspace that becomes `/engine`.
    pub binary: Option<String>,
    /// A base system made by the engine's `build.sh`.
    pub base: Option<String>,
    /// How it is started.
    pub entrypoint: Vec<String>,
    /// As whom.
    pub user: String,
    /// Its environment.
    #[serde(default)]
    pub env: BTreeMap<String, String>,
    /// What the service would know of it.
    pub profile: Option<toml::Table>,
    /// How it has to fare.
    pub expect: Expect,
}

/// The verdict and codes an engine earns.
#[derive(Deserialize, Clone, PartialEq, Debug)]
#[serde(deny_unknown_fields)]
pub struct Expect {
    /// `approved`, `disapproved` or `inconclusive`.
    pub verdict: String,
    /// Codes of findings of severity error.
    pub errors: Vec<String>,
    /// Codes of findings of severity warning.
    pub warnings: Vec<String>,
}

/// The folder of the sample engines.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../engines")
}

/// Every sample engine, by name.
pub fn all() -> Vec<Engine> {
    let entries = std::fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path());
    let mut engines: Vec<Engine> =
        entries.filter(|path| path.join("engine.toml").exists()).map(|path| read(&path)).collect();
    engines.sort_by(|one, other| one.name.cmp(&other.name));
    engines
}

/// The sample engine of this name.
pub fn named(name: &str) -> Engine {
    read(&folder().join(name))
}

fn read(path: &Path) -> Engine {
    let text = std::fs::read_to_string(path.join("engine.toml")).unwrap();
    let engine: Engine = toml::from_str(&text).unwrap_or_else(|wrong| panic!("{}: {wrong}", path.display()));
    Engine { name: path.file_name().unwrap().to_str().unwrap().to_owned(), ..engine }
}

/// Builds the workspace of the engines, once, and gives the folder with the programs.
fn programs() -> &'static Path {
    static PROGRAMS: OnceLock<PathBuf> = OnceLock::new();
    PROGRAMS.get_or_init(|| {
        // The workspace has its own settings (static linking), which are found from its own folder.
        let build = ["build", "--release", "--locked", "--quiet"];
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(build).current_dir(folder()).env_remove("CARGO_TARGET_DIR").env_remove("RUSTFLAGS");
        assert!(cargo.status().unwrap().success(), "the sample engines build");
        folder().join("target/x86_64-unknown-linux-gnu/release")
    })
}

impl Engine {
    /// Makes its image in `house` and gives the image's name.
    pub fn pack(&self, house: &House) -> String {
        let root = house.path().join(&self.name);
        std::fs::create_dir_all(&root).unwrap();
        self.fill(&root);
        let image = format!("{}.tar", self.name);
        let mut arguments: Vec<String> =
            ["pack", &self.name, "-o", &image, "--user", &self.user].map(str::to_owned).into();
        let manifest = folder().join(&self.name).join("manifest.json");
        if manifest.exists() {
            arguments.extend(["--manifest".to_owned(), manifest.display().to_string()]);
        }
        for (at, word) in self.entrypoint.iter().enumerate() {
            arguments.extend([if at == 0 { "--entrypoint" } else { "--arg" }.to_owned(), word.clone()]);
        }
        for (name, value) in &self.env {
            arguments.extend(["--env".to_owned(), format!("{name}={value}")]);
        }
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        house.assay(&arguments).assert().success();
        image
    }

    /// Puts its files into `root`.
    fn fill(&self, root: &Path) {
        let own = folder().join(&self.name);
        if self.base.is_some() {
            assert!(Command::new("sh").arg(own.join("build.sh")).arg(root).status().unwrap().success());
        }
        if own.join("rootfs").exists() {
            let copied = Command::new("cp").arg("-a").arg(own.join("rootfs/.")).arg(root).status().unwrap();
            assert!(copied.success());
        }
        if let Some(binary) = &self.binary {
            std::fs::copy(programs().join(binary), root.join("engine")).unwrap();
        }
    }

    /// Flags of `assay certify` that tell what the service would know of it.
    pub fn profile_flags(&self, house: &House) -> Vec<String> {
        let Some(profile) = &self.profile else { return Vec::new() };
        let file = house.file(&format!("{}.profile.json", self.name), serde_json::to_vec(profile).unwrap());
        vec!["--profile".into(), file.display().to_string()]
    }
}
