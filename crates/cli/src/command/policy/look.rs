//! `assay policy list`, `show` and `diff`

use assay_app::Refused;
use assay_app::policy::{self, Difference};
use assay_core::Actor;
use assay_core::policy::{PolicyName, PolicyVersion};
use serde_json::json;

use super::of_either;
use crate::command::form::Form;
use crate::exit::Exit;
use crate::installation::Installation;
use crate::render;
use crate::render::table::Table;
use crate::terminal::{self, escape};

#[derive(clap::Args, Debug)]
pub(crate) struct List {
    /// Form of the answer
    #[arg(long, value_name = "FORM", default_value = "human")]
    format: Form,
}

#[derive(clap::Args, Debug)]
pub(crate) struct Show {
    /// `strict` for the newest version, `strict@1` for one
    name: PolicyName,
    /// Form of the answer
    #[arg(long, value_name = "FORM", default_value = "human")]
    format: Form,
}

#[derive(clap::Args, Debug)]
pub(crate) struct Diff {
    /// Name or file
    #[arg(value_name = "NAME|FILE")]
    one: String,
    /// Name or file
    #[arg(value_name = "NAME|FILE")]
    other: String,
    /// Form of the answer
    #[arg(long, value_name = "FORM", default_value = "human")]
    format: Form,
}

impl List {
    pub(super) fn run(self, installation: &Installation) -> Result<Exit, Refused> {
        let versions = policy::list(&installation.service, &Actor::operator())?;
        self.format.print(&versions, |versions| listed(versions))?;
        Ok(Exit::Good)
    }
}

fn listed(versions: &[PolicyVersion]) -> String {
    let mut table = Table::new(0, &["policy", "by", "made", "comment"]);
    for version in versions {
        table.row(vec![
            format!("{}@{}", version.name, version.number),
            escape::line(&version.author),
            version.created_at.map_or_else(|| "–".into(), |at| at.strftime("%Y-%m-%d %H:%M").to_string()),
            escape::cut(&version.comment, 60),
        ]);
    }
    table.text()
}

impl Show {
    pub(super) fn run(self, installation: &Installation) -> Result<Exit, Refused> {
        let (version, policy) = policy::show(&installation.service, &Actor::operator(), &self.name)?;
        match self.format {
            Form::Json => terminal::print(&render::json(&json!({ "version": version, "policy": policy }))?)?,
            Form::Human if terminal::stdout_width().is_some() => {
                let lines: Vec<String> = version.document.lines().map(escape::line).collect();
                terminal::print(&(lines.join("\n") + "\n"))?;
            }
            // What goes to a file is the document, byte for byte.
            Form::Human => terminal::print_raw(version.document.as_bytes())?,
        }
        Ok(Exit::Good)
    }
}

impl Diff {
    pub(super) fn run(self, installation: &Installation) -> Result<Exit, Refused> {
        let one = of_either(installation, &self.one)?;
        let other = of_either(installation, &self.other)?;
        let differences = policy::differences(&one, &other)?;
        self.format.print(&differences, |differences| compared(differences))?;
        Ok(Exit::Good)
    }
}

fn compared(differences: &[Difference]) -> String {
    if differences.is_empty() {
        return "they say the same\n".into();
    }
    let mut table = Table::new(0, &["", "first", "second"]);
    for one in differences {
        table.row(vec![one.key.clone(), escape::line(&one.before), escape::line(&one.after)]);
    }
    table.text()
}
