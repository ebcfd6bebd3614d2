//! `assay policy …`

use std::path::{Path, PathBuf};

use assay_app::Refused;
use assay_app::policy::{self, Changed, Difference, Trial};
use assay_core::policy::{PolicyName, PolicyVersion};
use assay_core::{Actor, OrgId, Verdict};
use clap::Subcommand;
use serde_json::json;

use super::form::Form;
use super::{Global, read};
use crate::exit::Exit;
use crate::installation::Installation;
use crate::render;
use crate::render::paragraph::{counted, folded};
use crate::render::table::Table;
use crate::terminal::style::{BAD, DIM, DOUBT, GOOD, NAME, painted};
use crate::terminal::{self, escape};

const EXAMPLES: &str = "\
Examples:
  assay policy show strict                      the document of the newest version
  assay policy check house.toml                 is it sound?
  assay policy try house.toml --org 2           whose verdict would be another?
  assay policy create house.toml --comment \"root needs a look\"
  assay policy use house --org 2                always the newest version
  assay policy use house@3 --org 2              this version and no other";

/// What can be done with policies.
#[derive(Subcommand, Debug)]
#[command(after_help = EXAMPLES)]
pub(super) enum Policy {
    /// List every version of every policy
    List(List),
    /// Print a policy's document
    Show(Show),
    /// Look whether a file is a sound policy; no service is needed for that
    Check(Check),
    /// Keep a file as a new version of the policy it names
    Create(Create),
    /// Tell what two policies say otherwise
    Diff(Diff),
    /// Tell whose verdict would be another under a policy, from what was judged before; nothing is changed
    ///
    /// Ends with code 1 when a build that is approved now would be so no longer.
    Try(Try),
    /// Judge an organization's builds by a policy from now on
    Use(Use),
}

#[derive(clap::Args, Debug)]
pub(super) struct List {
    /// Form of the answer
    #[arg(long, value_name = "FORM", default_value = "human")]
    format: Form,
}

#[derive(clap::Args, Debug)]
pub(super) struct Show {
    /// `strict` for the newest version, `strict@1` for one
    name: PolicyName,
    /// Form of the answer
    #[arg(long, value_name = "FORM", default_value = "human")]
    format: Form,
}

#[derive(clap::Args, Debug)]
pub(super) struct Check {
    /// TOML file
    file: PathBuf,
}

#[derive(clap::Args, Debug)]
pub(super) struct Create {
    /// TOML file
    file: PathBuf,
    /// What has changed and why
    #[arg(long, value_name = "TEXT", default_value = "")]
    comment: String,
}

#[derive(clap::Args, Debug)]
pub(super) struct Diff {
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

#[derive(clap::Args, Debug)]
pub(super) struct Try {
    /// Name or file
    #[arg(value_name = "NAME|FILE")]
    policy: String,
    /// Builds of this organization alone
    #[arg(long, value_name = "ID")]
    org: Option<i64>,
    /// Form of the answer
    #[arg(long, value_name = "FORM", default_value = "human")]
    format: Form,
}

#[derive(clap::Args, Debug)]
pub(super) struct Use {
    /// `strict` for whatever version is the newest, `strict@1` for this one
    name: PolicyName,
    /// Whose builds
    #[arg(long, value_name = "ID")]
    org: i64,
}

impl Policy {
    pub(super) fn run(self, global: &Global) -> Result<Exit, Refused> {
        let open = || Installation::open(&global.folder()?);
        match self {
            Self::List(list) => list.run(&open()?),
            Self::Show(show) => show.run(&open()?),
            Self::Check(check) => check.run(),
            Self::Create(create) => create.run(&open()?),
            Self::Diff(diff) => diff.run(&open()?),
            Self::Try(trial) => trial.run(&open()?),
            Self::Use(chosen) => chosen.run(&open()?),
        }
    }
}

impl List {
    fn run(self, installation: &Installation) -> Result<Exit, Refused> {
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
    fn run(self, installation: &Installation) -> Result<Exit, Refused> {
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

impl Check {
    fn run(self) -> Result<Exit, Refused> {
        let policy = of_file(&self.file)?;
        terminal::print(&format!("{}  {}\n", painted(GOOD, "✓ sound"), escape::line(&policy.name)))?;
        Ok(Exit::Good)
    }
}

impl Create {
    fn run(self, installation: &Installation) -> Result<Exit, Refused> {
        // Looked at by the name the caller knows, before it is handed in as a mere text.
        of_file(&self.file)?;
        let text = read::text(&self.file, "policy")?;
        let version = policy::create(&installation.service, &Actor::operator(), &text, &self.comment)?;
        terminal::print(&format!("{}@{}\n", version.name, version.number))?;
        Ok(Exit::Good)
    }
}

impl Diff {
    fn run(self, installation: &Installation) -> Result<Exit, Refused> {
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

impl Try {
    fn run(self, installation: &Installation) -> Result<Exit, Refused> {
        let policy = of_either(installation, &self.policy)?;
        let org = self.org.map(OrgId);
        let trial = policy::try_on_stored(&installation.service, &Actor::operator(), &policy, org)?;
        self.format.print(&trial, tried)?;
        let worse = trial.changed.iter().any(|one| one.before == Verdict::Approved);
        Ok(if worse { Exit::Bad } else { Exit::Good })
    }
}

fn tried(trial: &Trial) -> String {
    let mut text: String = trial.changed.iter().map(changed).collect();
    text.push_str(&format!(
        "{} of {} would get another verdict\n",
        trial.changed.len(),
        counted(trial.tried as usize, "build")
    ));
    if !trial.unknown.is_empty() {
        let count = counted(trial.unknown.len(), "build");
        text.push_str(&format!(
            "  {} not certified yet, or without a readable report: nothing is known\n",
            count
        ));
    }
    for (remark, count) in &trial.untold {
        let label = format!("  {} ", painted(NAME, "not told:"));
        text.push_str(&format!("{label}{} ({})\n", folded(remark, 12), counted(*count as usize, "build")));
    }
    text
}

fn changed(one: &Changed) -> String {
    let mut text = format!(
        "{} build {} ({}, {}): {} → {}\n",
        escape::line(&one.engine_name),
        one.number,
        one.status.name(),
        one.policy,
        verdict(one.before),
        verdict(one.after),
    );
    for found in one.responsible.iter().take(5) {
        let label = format!("    {} ", painted(DIM, found.finding.code.as_str()));
        text.push_str(&format!("{label}{}\n", folded(&found.finding.observed, 12)));
    }
    if let Some(more) = one.responsible.len().checked_sub(5).filter(|more| *more > 0) {
        text.push_str(&format!("    … and {more} more\n"));
    }
    if one.responsible.is_empty() {
        text.extend(one.reasons.iter().take(3).map(|reason| format!("    {}\n", folded(reason, 4))));
    }
    text + "\n"
}

fn verdict(verdict: Verdict) -> String {
    match verdict {
        Verdict::Approved => painted(GOOD, "approved"),
        Verdict::Disapproved => painted(BAD, "disapproved"),
        Verdict::Inconclusive => painted(DOUBT, "inconclusive"),
    }
}

impl Use {
    fn run(self, installation: &Installation) -> Result<Exit, Refused> {
        let chosen = policy::choose(&installation.service, &Actor::operator(), OrgId(self.org), &self.name)?;
        let name = escape::line(&chosen.name);
        terminal::print(&format!("builds of {name} are judged by {} from now on\n", chosen.settings.policy))?;
        Ok(Exit::Good)
    }
}

/// The policy that `text` names for a command that has no records: one that comes with the program, or a file.
pub(super) fn of_laptop(text: &str) -> Result<assay_core::Policy, Refused> {
    match text.parse::<PolicyName>() {
        Ok(name) if !Path::new(text).exists() => Ok(policy::shipped(&name)?),
        _ => of_file(Path::new(text)),
    }
}

/// The policy of a name in the records, or of a file. A file called like a policy is named with its folder: `./strict`.
fn of_either(installation: &Installation, text: &str) -> Result<assay_core::Policy, Refused> {
    match text.parse::<PolicyName>() {
        Ok(name) => Ok(policy::show(&installation.service, &Actor::operator(), &name)?.1),
        Err(_) => of_file(Path::new(text)),
    }
}

fn of_file(file: &Path) -> Result<assay_core::Policy, Refused> {
    let text = read::text(file, "policy")?;
    Ok(policy::parse(&read::name(file), &text)?)
}
