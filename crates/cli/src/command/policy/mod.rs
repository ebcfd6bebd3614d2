//! `assay policy …`

mod change;
mod look;
mod trial;

use std::path::Path;

use assay_app::Refused;
use assay_app::policy;
use assay_core::Actor;
use assay_core::policy::PolicyName;
use clap::Subcommand;

use super::{Global, read};
use crate::exit::Exit;
use crate::installation::Installation;

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
pub(crate) enum Policy {
    /// List every version of every policy
    List(look::List),
    /// Print a policy's document
    Show(look::Show),
    /// Look whether a file is a sound policy; no service is needed for that
    Check(change::Check),
    /// Keep a file as a new version of the policy it names
    Create(change::Create),
    /// Tell what two policies say otherwise
    Diff(look::Diff),
    /// Tell whose verdict would be another under a policy, from what was judged before; nothing is changed
    ///
    /// Ends with code 1 when a build that is approved now would be so no longer.
    Try(trial::Try),
    /// Judge an organization's builds by a policy from now on
    Use(change::Use),
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
