//! `engine.toml`.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use serde::Deserialize;

/// What an `engine.toml` says.
#[derive(Deserialize, Clone, Debug)]
#[serde(deny_unknown_fields)]
pub struct Engine {
    /// Its folder's name.
    #[serde(skip)]
    pub name: String,
    /// What it does.
    pub about: String,
    /// The program of this workspace that becomes `/engine`.
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
#[derive(Deserialize, Clone, PartialEq, Eq, Debug)]
#[serde(deny_unknown_fields)]
pub struct Expect {
    /// `approved`, `disapproved` or `inconclusive`.
    pub verdict: String,
    /// Codes of findings of severity error, sorted.
    pub errors: Vec<String>,
    /// Codes of findings of severity warning, sorted. The warning that judging by the demonstration data always draws
    /// is left out.
    pub warnings: Vec<String>,
}

/// What could not be read or made, and why.
#[derive(Debug)]
pub struct Trouble(String);

impl Trouble {
    /// Trouble with a file or folder.
    pub fn with(path: &Path, why: impl fmt::Display) -> Self {
        Self(format!("{}: {why}", path.display()))
    }

    /// Trouble with a program.
    pub fn of(what: impl fmt::Display) -> Self {
        Self(what.to_string())
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Trouble {}

/// The folder of the sample engines.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map(Path::to_path_buf).unwrap_or_default()
}

/// Every sample engine, by name.
pub fn all() -> Result<Vec<Engine>, Trouble> {
    let folder = folder();
    let entries = std::fs::read_dir(&folder).map_err(|why| Trouble::with(&folder, why))?;
    let mut engines = Vec::new();
    for entry in entries {
        let path = entry.map_err(|why| Trouble::with(&folder, why))?.path();
        if path.join("engine.toml").exists() {
            engines.push(read(&path)?);
        }
    }
    engines.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(engines)
}

/// The sample engine of this name.
pub fn named(name: &str) -> Result<Engine, Trouble> {
    read(&folder().join(name))
}

fn read(path: &Path) -> Result<Engine, Trouble> {
    let file = path.join("engine.toml");
    let text = std::fs::read_to_string(&file).map_err(|why| Trouble::with(&file, why))?;
    let mut engine: Engine = toml::from_str(&text).map_err(|why| Trouble::with(&file, why))?;
    engine.name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    Ok(engine)
}
