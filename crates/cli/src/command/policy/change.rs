//! `assay policy check`, `create` and `use`

use std::path::PathBuf;

use assay_app::Refused;
use assay_app::policy;
use assay_core::policy::PolicyName;
use assay_core::{Actor, OrgId};

use super::of_file;
use crate::command::read;
use crate::exit::Exit;
use crate::installation::Installation;
use crate::terminal::style::{GOOD, painted};
use crate::terminal::{self, escape};

#[derive(clap::Args, Debug)]
pub(crate) struct Check {
    /// TOML file
    file: PathBuf,
}

#[derive(clap::Args, Debug)]
pub(crate) struct Create {
    /// TOML file
    file: PathBuf,
    /// What has changed and why
    #[arg(long, value_name = "TEXT", default_value = "")]
    comment: String,
}

#[derive(clap::Args, Debug)]
pub(crate) struct Use {
    /// `strict` for whatever version is the newest, `strict@1` for this one
    name: PolicyName,
    /// Whose builds
    #[arg(long, value_name = "ID")]
    org: i64,
}

impl Check {
    pub(super) fn run(self) -> Result<Exit, Refused> {
        let policy = of_file(&self.file)?;
        terminal::print(&format!("{}  {}\n", painted(GOOD, "✓ sound"), escape::line(&policy.name)))?;
        Ok(Exit::Good)
    }
}

impl Create {
    pub(super) fn run(self, installation: &Installation) -> Result<Exit, Refused> {
        // Looked at by the name the caller knows, before it is handed in as a mere text.
        of_file(&self.file)?;
        let text = read::text(&self.file, "policy")?;
        let version = policy::create(&installation.service, &Actor::operator(), &text, &self.comment)?;
        terminal::print(&format!("{}@{}\n", version.name, version.number))?;
        Ok(Exit::Good)
    }
}

impl Use {
    pub(super) fn run(self, installation: &Installation) -> Result<Exit, Refused> {
        let chosen = policy::choose(&installation.service, &Actor::operator(), OrgId(self.org), &self.name)?;
        let name = escape::line(&chosen.name);
        terminal::print(&format!("builds of {name} are judged by {} from now on\n", chosen.settings.policy))?;
        Ok(Exit::Good)
    }
}
