//! `assay waiver grant`, `refuse` and `revoke`

use assay_app::Refused;
use assay_app::waiver::{self, Rejudged};
use assay_core::{Actor, WaiverId};
use uuid::Uuid;

use crate::installation::Installation;
use crate::terminal;

#[derive(clap::Args, Debug)]
pub(crate) struct Grant {
    /// Id of the waiver
    id: Uuid,
    /// What is to be said about it
    #[arg(long, value_name = "TEXT")]
    comment: Option<String>,
}

#[derive(clap::Args, Debug)]
pub(crate) struct Decline {
    /// Id of the waiver
    id: Uuid,
    /// Why; the requester reads it
    #[arg(long, value_name = "TEXT")]
    reason: String,
}

impl Grant {
    pub(super) fn run(self, installation: &Installation) -> Result<(), Refused> {
        let (service, id) = (&installation.service, WaiverId(self.id));
        let (waiver, rejudged) = waiver::grant(service, &Actor::operator(), id, self.comment.as_deref())?;
        terminal::print(&format!("granted until {}\n{}", waiver.expires_at, followed(&rejudged)))
    }
}

impl Decline {
    pub(super) fn refuse(self, installation: &Installation) -> Result<(), Refused> {
        waiver::refuse(&installation.service, &Actor::operator(), WaiverId(self.id), &self.reason)?;
        terminal::print("refused\n")
    }

    pub(super) fn revoke(self, installation: &Installation) -> Result<(), Refused> {
        let (service, id) = (&installation.service, WaiverId(self.id));
        let (_, rejudged) = waiver::revoke(service, &Actor::operator(), id, &self.reason)?;
        terminal::print(&format!("revoked\n{}", followed(&rejudged)))
    }
}

fn followed(rejudged: &[Rejudged]) -> String {
    let line = |one: &Rejudged| {
        format!("build {} was judged again: {:?} → {:?}\n", one.number, one.before, one.after).to_lowercase()
    };
    rejudged.iter().map(line).collect()
}
