//! `assay waiver …`

mod decide;
mod list;
mod request;

use assay_app::Refused;
use clap::Subcommand;

use super::Global;
use crate::exit::Exit;
use crate::installation::Installation;

const EXAMPLES: &str = "\
Examples:
  assay waiver request --code SEC-002 --engine 62f6f0ee-1111-4222-8333-444455556666 \\
      --mentions CVE-2026-1234 --reason \"not reachable\" --expires 2027-01-31 --for dev@example.org
  assay waiver list --status requested
  assay waiver grant 0199c0de-0000-7000-8000-000000000001
  assay waiver revoke 0199c0de-0000-7000-8000-000000000001 --reason \"an exploit is out\"";

/// What can be done with waivers.
#[derive(Subcommand, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) enum Waiver {
    /// Ask that a finding be tolerated for a time
    Request(Box<request::Request>),
    /// Grant a waiver; builds that wait for a person are judged again
    Grant(decide::Grant),
    /// Refuse a waiver that was asked for
    Refuse(decide::Decline),
    /// Take a granted waiver back; builds that wait for a person are judged again
    Revoke(decide::Decline),
    /// List waivers, newest first
    List(list::List),
}

impl Waiver {
    pub(super) fn run(self, global: &Global) -> Result<Exit, Refused> {
        let installation = Installation::open(&global.folder()?)?;
        match self {
            Self::Request(request) => request.run(&installation)?,
            Self::Grant(grant) => grant.run(&installation)?,
            Self::Refuse(refuse) => refuse.refuse(&installation)?,
            Self::Revoke(revoke) => revoke.revoke(&installation)?,
            Self::List(list) => list.run(&installation)?,
        }
        Ok(Exit::Good)
    }
}
