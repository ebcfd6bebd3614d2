//! `assay webhook set`, `rotate`, `remove`: what becomes of an endpoint.

use assay_app::Refused;
use assay_app::notice::{EndpointProfile, delete_endpoint, rotate_secret, update_endpoint};
use assay_core::Actor;
use assay_core::notice::EndpointId;

use super::endpoint::{event, rules, tell};
use super::endpoint_id;
use crate::command::Global;
use crate::command::form::Form;
use crate::command::serve::SettingFlags;
use crate::installation::Installation;
use crate::terminal;

#[derive(clap::Args, Debug)]
pub(crate) struct Set {
    /// Id of the endpoint
    #[arg(value_parser = endpoint_id)]
    id: EndpointId,
    /// Where messages are posted
    #[arg(long)]
    url: Option<String>,
    /// An event it wants; can be repeated
    #[arg(long = "event", value_name = "NAME", value_parser = event(), hide_possible_values = true)]
    events: Vec<String>,
    /// It wants every event
    #[arg(long, conflicts_with = "events")]
    all_events: bool,
    /// What it is for
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,
    /// Tell it nothing any more
    #[arg(long, conflicts_with = "enable")]
    disable: bool,
    /// Tell it again, also when it said that it was gone
    #[arg(long)]
    enable: bool,
    #[command(flatten)]
    settings: SettingFlags,
    /// Form of the answer
    #[arg(long, value_name = "FORM", default_value = "human")]
    format: Form,
}

#[derive(clap::Args, Debug)]
pub(crate) struct Rotate {
    /// Id of the endpoint
    #[arg(value_parser = endpoint_id)]
    id: EndpointId,
    /// Form of the answer
    #[arg(long, value_name = "FORM", default_value = "human")]
    format: Form,
}

#[derive(clap::Args, Debug)]
pub(crate) struct Remove {
    /// Id of the endpoint
    #[arg(value_parser = endpoint_id)]
    id: EndpointId,
}

impl Set {
    pub(super) fn run(self, installation: &Installation, global: &Global) -> Result<(), Refused> {
        let rules = rules(self.settings, global)?;
        let profile = EndpointProfile {
            url: self.url,
            description: self.description,
            events: (self.all_events || !self.events.is_empty()).then_some(self.events),
            enabled: (self.enable || self.disable).then_some(self.enable),
        };
        let changed = update_endpoint(&installation.service, &Actor::operator(), self.id, profile, &rules)?;
        tell(self.format, &changed, false)
    }
}

impl Rotate {
    pub(super) fn run(self, installation: &Installation) -> Result<(), Refused> {
        let rotated = rotate_secret(&installation.service, &Actor::operator(), self.id)?;
        tell(self.format, &rotated, true)
    }
}

impl Remove {
    pub(super) fn run(self, installation: &Installation) -> Result<(), Refused> {
        delete_endpoint(&installation.service, &Actor::operator(), self.id)?;
        terminal::note(&format!("endpoint {} is deleted", self.id));
        Ok(())
    }
}
