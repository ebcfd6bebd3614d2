//! The layers, laid over each other.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use assay_app::Refused;
use assay_core::{Fault, Rejection};

use super::kind::Kind;
use super::nearest::nearest;
use super::settings::{Config, SETTINGS};
use super::table::Setting;
use super::{environment, file, sound};
use crate::folder::{self, DataFolder};

/// Where the file is looked for when the data folder has none.
const SYSTEM_FILE: &str = "/etc/assay/assay.toml";

/// The most that is read of a file.
const FILE_LIMIT: usize = 1 << 20;

/// What the command line asks for.
#[derive(Default, Debug)]
pub(crate) struct Wanted {
    /// The data folder, by `--data`.
    pub(crate) data: Option<PathBuf>,
    /// The file, by `--config`.
    pub(crate) file: Option<PathBuf>,
    /// Settings by flags: key, value, and the flag's name.
    pub(crate) flags: Vec<(String, String, &'static str)>,
}

/// Where a value comes from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Source {
    /// Built in.
    Default,
    /// A file, at this place.
    File(String),
    /// This variable.
    Environment(String),
    /// This flag.
    Flag(&'static str),
}

/// A value with its source.
#[derive(Clone, Debug)]
pub(crate) struct Given {
    pub(crate) text: String,
    pub(crate) source: Source,
}

/// Something that cannot be understood.
#[derive(Clone, Debug)]
pub(super) struct Problem {
    pub(super) place: String,
    pub(super) message: String,
    pub(super) near: Option<String>,
}

/// Every value, from the uppermost layer that gives it.
#[derive(Debug)]
pub(crate) struct Layers {
    values: BTreeMap<String, Given>,
    /// The file that was read.
    pub(crate) file: Option<PathBuf>,
    /// The data folder.
    pub(crate) folder: DataFolder,
    /// Remarks for the operator.
    pub(crate) remarks: Vec<String>,
}

impl Layers {
    /// Reads every layer.
    ///
    /// # Errors
    /// A rejection that names everything that cannot be understood, each at its place.
    pub(crate) fn read(wanted: &Wanted) -> Result<Self, Refused> {
        let explicit = wanted.file.clone().or_else(|| folder::variable("ASSAY_CONFIG").map(PathBuf::from));
        let asked = wanted.data.clone().or_else(|| folder::variable("ASSAY_DATA").map(PathBuf::from));
        let named = match (&asked, &explicit) {
            (Some(_), _) => None,
            (None, Some(file)) => said_by(file, true)?.data,
            (None, None) => said_by(Path::new(SYSTEM_FILE), false)?.data,
        };
        let folder = DataFolder::choose(asked.or(named).as_deref())?;
        let file = explicit.clone().or_else(|| {
            let places = [folder.root().join("assay.toml"), PathBuf::from(SYSTEM_FILE)];
            places.into_iter().find(|place| place.exists())
        });
        let said = file.as_deref().map_or_else(|| Ok(file::Said::default()), |file| said_by(file, true))?;
        let mut layers = Self { values: built_in(), file, folder, remarks: Vec::new() };
        let problems = layers.lay(said, &wanted.flags);
        if problems.is_empty() { Ok(layers) } else { Err(told(&problems).into()) }
    }

    fn lay(&mut self, said: file::Said, flags: &[(String, String, &'static str)]) -> Vec<Problem> {
        let mut problems = said.problems;
        let surroundings = environment::read(
            std::env::vars_os()
                .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?))),
        );
        problems.extend(surroundings.problems);
        self.remarks = surroundings.strangers;
        for (setting, given) in said.values.into_iter().chain(surroundings.values) {
            self.values.insert(setting.key(), given);
        }
        for (key, text, flag) in flags {
            match flagged(key, text) {
                Ok(()) => {
                    let given = Given { text: text.clone(), source: Source::Flag(flag) };
                    self.values.insert(key.clone(), given);
                }
                Err((message, near)) => {
                    problems.push(Problem { place: (*flag).into(), message, near });
                }
            }
        }
        problems
    }

    /// The settings, each sound by itself and all of them together.
    ///
    /// # Errors
    /// A rejection naming settings that do not go together.
    pub(crate) fn config(&self) -> Result<Config, Rejection> {
        let config = Config::from_layers(self)?;
        sound::check(&config)?;
        Ok(config)
    }

    /// A setting's value. Every layer was checked when it was laid.
    pub(super) fn value<K: Kind>(&self, section: &str, name: &str) -> Result<K, Rejection> {
        let key = format!("{section}.{name}");
        let text = self.values.get(&key).map(|given| given.text.as_str()).unwrap_or_default();
        K::read(text).map_err(|wrong| Rejection::new("malformed-settings", format!("`{key}` is {wrong}")))
    }

    /// A setting's value as text, and its source.
    pub(super) fn given(&self, setting: &Setting) -> Given {
        let built_in = || Given { text: setting.default.into(), source: Source::Default };
        self.values.get(&setting.key()).cloned().unwrap_or_else(built_in)
    }
}

fn built_in() -> BTreeMap<String, Given> {
    let given = |setting: &Setting| Given { text: setting.default.into(), source: Source::Default };
    SETTINGS.iter().map(|setting| (setting.key(), given(setting))).collect()
}

fn flagged(key: &str, text: &str) -> Result<(), (String, Option<String>)> {
    let Some(setting) = SETTINGS.iter().find(|setting| setting.key() == key) else {
        let keys: Vec<String> = SETTINGS.iter().map(Setting::key).collect();
        let near = nearest(key, keys.iter().map(String::as_str)).map(str::to_owned);
        return Err((format!("there is no setting `{key}`"), near));
    };
    (setting.check)(text).map_err(|wrong| {
        let shown = if setting.secret { "the value".to_owned() } else { format!("`{text}`") };
        (format!("{shown} for `{key}` is {wrong}"), None)
    })
}

/// What a file says; nothing when it is not there and need not be.
fn said_by(path: &Path, needed: bool) -> Result<file::Said, Refused> {
    match std::fs::read(path) {
        Ok(bytes) if bytes.len() > FILE_LIMIT => {
            let message = format!("the configuration `{}` is larger than 1 MB", path.display());
            Err(Rejection::new("file-too-large", message).into())
        }
        Ok(bytes) => match String::from_utf8(bytes) {
            Ok(text) => Ok(file::read(path, &text)),
            Err(_) => {
                let message = format!("the configuration `{}` is not UTF-8", path.display());
                Err(Rejection::new("malformed-settings", message).into())
            }
        },
        Err(cause) if cause.kind() == std::io::ErrorKind::NotFound && !needed => Ok(file::Said::default()),
        Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => {
            let message = format!("there is no configuration `{}`", path.display());
            Err(Rejection::new("file-not-found", message).hint("check the path").into())
        }
        Err(cause) => Err(Fault::io(format!("reading the configuration `{}`", path.display()), cause).into()),
    }
}

/// Everything that is wrong, each at its place.
fn told(problems: &[Problem]) -> Rejection {
    let line = |problem: &Problem| {
        let near = problem.near.as_ref().map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
        format!("{}: {}{near}", problem.place, problem.message)
    };
    let lines: Vec<String> = problems.iter().map(line).collect();
    Rejection::new("malformed-settings", lines.join("\n"))
        .hint("docs/configuration.md lists every setting; `assay config show` prints those in force")
}
