//! `assay config …`

use std::path::PathBuf;

use assay_app::Refused;
use clap::{Subcommand, ValueEnum};

use super::Global;
use super::serve::SettingFlags;
use crate::config::{self, Layers, Wanted};
use crate::exit::Exit;
use crate::{render, terminal};

/// What can be asked of the configuration.
#[derive(Subcommand, Debug)]
pub(super) enum Config {
    /// Print the settings in force, as a file that says the same
    Show(Show),
    /// Look whether a configuration can be understood
    Check(Check),
}

/// Print the settings in force, as a file that says the same. Secrets are never shown.
#[derive(clap::Args, Debug)]
pub(super) struct Show {
    /// Say of each value where it comes from
    #[arg(long)]
    sources: bool,
    /// Form of the answer
    #[arg(long, value_name = "FORM", default_value = "toml")]
    format: Form,
    #[command(flatten)]
    settings: SettingFlags,
}

#[derive(ValueEnum, Clone, Copy, Debug)]
enum Form {
    Toml,
    Json,
}

/// Look whether a configuration can be understood: a file, or what the service would take.
#[derive(clap::Args, Debug)]
pub(super) struct Check {
    /// The file [default: what `assay serve` would take]
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
}

impl Config {
    pub(super) fn run(self, global: &Global) -> Result<Exit, Refused> {
        match self {
            Self::Show(show) => show.run(global),
            Self::Check(check) => check.run(global),
        }
    }
}

impl Show {
    fn run(self, global: &Global) -> Result<Exit, Refused> {
        let layers = self.settings.layers(global, None)?;
        layers.config()?;
        terminal::print(&match self.format {
            Form::Toml => config::as_file(&layers, self.sources),
            Form::Json => render::json(&config::shown(&layers))?,
        })?;
        Ok(Exit::Good)
    }
}

impl Check {
    fn run(self, global: &Global) -> Result<Exit, Refused> {
        let layers = Layers::read(&Wanted { data: global.data.clone(), file: self.file, flags: Vec::new() })?;
        layers.config()?;
        for remark in &layers.remarks {
            terminal::note(&format!("remark: {remark}"));
        }
        let of = layers.file.as_ref().map_or("no file".into(), |file| format!("`{}`", file.display()));
        terminal::print(&format!("the configuration is sound ({of})\n"))?;
        Ok(Exit::Good)
    }
}
