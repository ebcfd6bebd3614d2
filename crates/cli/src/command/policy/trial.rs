//! `assay policy try`

use assay_app::Refused;
use assay_app::policy::{self, Changed, Trial};
use assay_core::{Actor, OrgId, Verdict};

use super::of_either;
use crate::command::form::Form;
use crate::exit::Exit;
use crate::installation::Installation;
use crate::render::paragraph::{counted, folded};
use crate::terminal::escape;
use crate::terminal::style::{BAD, DIM, DOUBT, GOOD, NAME, painted};

#[derive(clap::Args, Debug)]
pub(crate) struct Try {
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

impl Try {
    pub(super) fn run(self, installation: &Installation) -> Result<Exit, Refused> {
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
