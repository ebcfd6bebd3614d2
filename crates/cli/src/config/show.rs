//! The settings in force, as `assay config show` prints them.

use super::layers::{Layers, Source};
use super::settings::{SECTIONS, SETTINGS};
use super::table::Setting;

/// A setting as it is shown.
#[derive(serde::Serialize, Debug)]
pub(crate) struct Shown {
    /// Section and name.
    pub(crate) key: String,
    /// The value; a secret that is set shows as stars.
    pub(crate) value: String,
    /// Where it comes from.
    pub(crate) source: String,
}

/// Every setting.
pub(crate) fn shown(layers: &Layers) -> Vec<Shown> {
    SETTINGS.iter().map(|setting| show(setting, layers)).collect()
}

fn show(setting: &Setting, layers: &Layers) -> Shown {
    let given = layers.given(setting);
    let value = if setting.secret && !given.text.is_empty() { "********".into() } else { given.text };
    Shown { key: setting.key(), value, source: given.source.to_string() }
}

/// The settings as a file that says the same, secrets aside. `sources` adds where each comes from.
pub(crate) fn as_file(layers: &Layers, sources: bool) -> String {
    let data = toml::Value::from(layers.folder.root().display().to_string());
    let mut text = format!("data = {data}\n");
    for (section, _) in SECTIONS {
        text.push_str(&format!("\n[{section}]\n"));
        for setting in SETTINGS.iter().filter(|setting| setting.section == *section) {
            text.push_str(&line(setting, layers, sources));
        }
    }
    text
}

fn line(setting: &Setting, layers: &Layers, sources: bool) -> String {
    let Shown { value, source, .. } = show(setting, layers);
    // What is not set or not shown cannot be written as a value.
    let silent = setting.secret || value.is_empty() && setting.default.is_empty();
    let mark = if silent { "# " } else { "" };
    let written = format!("{mark}{} = {}", setting.name, setting.written(&value));
    if sources { format!("{written:<44} # {source}\n") } else { format!("{written}\n") }
}

impl std::fmt::Display for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Default => f.write_str("built in"),
            Self::File(place) => f.write_str(place),
            Self::Environment(name) => write!(f, "environment {name}"),
            Self::Flag(flag) => write!(f, "flag {flag}"),
        }
    }
}
