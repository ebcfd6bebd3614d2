//! `assay webhook …`: programs that are told what happens, and what they were told. Works on the service's data folder,
//! while it runs or not; messages go out while it runs.

mod change;
mod deliveries;
mod endpoint;

use assay_app::Refused;
use assay_core::notice::EndpointId;
use clap::Subcommand;
use uuid::Uuid;

use crate::command::Global;
use crate::exit::Exit;
use crate::installation::Installation;

const EXAMPLES: &str = "\
Examples:
  assay webhook add https://hooks.example.com/assay --org 2 --event EngineBuildApproved
  assay webhook test 0190c1f2-5d5e-7c1e-9a0b-3f5d7c9e1a2b
  assay webhook deliveries --org 2 --state dead
  assay webhook redeliver msg_57435722c413bbb8b1b825f3545be748

What is sent, and how a receiver checks it, is in docs/notifications.md.";

/// What can be done with webhooks.
#[derive(Subcommand, Debug)]
#[command(after_help = EXAMPLES)]
pub(super) enum Webhook {
    /// Make an endpoint and show its signing secret, once
    Add(endpoint::Add),
    /// List endpoints
    List(endpoint::List),
    /// Change an endpoint
    Set(change::Set),
    /// Give an endpoint a new secret and show it, once; the old one signs beside it for a day
    Rotate(change::Rotate),
    /// Delete an endpoint and call off what waits for it
    Remove(change::Remove),
    /// Send an endpoint a message that tells nothing
    Test(deliveries::Test),
    /// List what was sent, by webhook and by mail
    Deliveries(deliveries::Deliveries),
    /// Send something that is over once more
    Redeliver(deliveries::Redeliver),
}

impl Webhook {
    pub(super) fn run(self, global: &Global) -> Result<Exit, Refused> {
        let installation = Installation::open(&global.folder()?)?;
        match self {
            Self::Add(add) => add.run(&installation, global)?,
            Self::List(list) => list.run(&installation)?,
            Self::Set(set) => set.run(&installation, global)?,
            Self::Rotate(rotate) => rotate.run(&installation)?,
            Self::Remove(remove) => remove.run(&installation)?,
            Self::Test(test) => test.run(&installation)?,
            Self::Deliveries(deliveries) => deliveries.run(&installation)?,
            Self::Redeliver(redeliver) => redeliver.run(&installation)?,
        }
        Ok(Exit::Good)
    }
}

/// Reads an endpoint's id.
fn endpoint_id(text: &str) -> Result<EndpointId, String> {
    text.parse::<Uuid>().map(EndpointId).map_err(|_| "not an id as `assay webhook list` shows them".into())
}
