//! `assay build …`: builds of the service, on its data folder.

mod act;
mod create;
mod events;
mod list;
mod name;
mod pushes;
mod report;
mod row;
mod show;

use assay_app::Refused;
use assay_core::build::BuildAction;
use clap::Subcommand;

use super::Global;
use crate::exit::Exit;
use crate::installation::Installation;

const EXAMPLES: &str = "\
Examples:
  assay build list --engine 2/speech-to-text
  assay build submit 2/speech-to-text#3
  assay build disapprove 2/speech-to-text#3 --reason \"sends data to an undeclared host\"
  assay build report 2/speech-to-text#3 > report.json
  assay build approvals";

/// What can be done with builds.
#[derive(Subcommand, Debug)]
#[command(after_help = EXAMPLES)]
pub(super) enum Build {
    /// List builds
    List(list::List),
    /// Tell all about a build
    Show(show::Show),
    /// Make a build of an image in another registry
    Create(create::Create),
    /// Make a build of an image archive
    Upload(create::Upload),
    /// Hand a build in to be judged
    Submit(act::Act),
    /// Take a submitted build back
    Withdraw(act::Act),
    /// Approve a build that waits for a person
    Approve(act::Act),
    /// Refuse a build that waits for a person
    Disapprove(act::Reasoned),
    /// Have a refused build judged anew, within 30 days
    Reopen(act::Reasoned),
    /// Call a build unfit altogether
    Invalidate(act::Reasoned),
    /// Put an approved build into service
    Deploy(act::Act),
    /// Take a build out of service
    Pause(act::Act),
    /// Put a paused build back into service
    Unpause(act::Act),
    /// Delete a build
    Delete(act::Act),
    /// Tell what happened to a build, and how long it stood where
    Events(events::Events),
    /// Print a build's report: what was found, and its way until now
    Report(report::Report),
    /// List builds that wait for a person
    Approvals(list::Approvals),
    /// List pushes that became no build, and why
    Pushes(pushes::Pushes),
}

impl Build {
    pub(super) fn run(self, global: &Global) -> Result<Exit, Refused> {
        let folder = global.folder()?;
        let house = Installation::open(&folder)?;
        match self {
            Self::List(list) => list.run(&house)?,
            Self::Show(show) => show.run(&house)?,
            Self::Create(create) => create.run(&house)?,
            Self::Upload(upload) => upload.run(&house, &folder)?,
            Self::Submit(act) => act.run(&house, BuildAction::Submit)?,
            Self::Withdraw(act) => act.run(&house, BuildAction::Withdraw)?,
            Self::Approve(act) => act.run(&house, BuildAction::Approve)?,
            Self::Disapprove(act) => act.run(&house, BuildAction::Disapprove)?,
            Self::Reopen(act) => act.run(&house, BuildAction::Reopen)?,
            Self::Invalidate(act) => act.run(&house, BuildAction::Invalidate)?,
            Self::Deploy(act) => act.run(&house, BuildAction::Deploy)?,
            Self::Pause(act) => act.run(&house, BuildAction::Pause)?,
            Self::Unpause(act) => act.run(&house, BuildAction::Unpause)?,
            Self::Delete(act) => act.run(&house, BuildAction::Delete)?,
            Self::Events(events) => events.run(&house)?,
            Self::Report(report) => report.run(&house)?,
            Self::Approvals(approvals) => approvals.run(&house)?,
            Self::Pushes(pushes) => pushes.run(&house)?,
        }
        Ok(Exit::Good)
    }
}
