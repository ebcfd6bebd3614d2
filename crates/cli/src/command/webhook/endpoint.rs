//! `assay webhook add`, `assay webhook list`: endpoints and how they are shown.

use assay_app::Refused;
use assay_app::notice::{EndpointProfile, WebhookRules, create_endpoint, endpoints};
use assay_core::notice::{EndpointDisabled, WebhookEndpoint, names};
use assay_core::{Actor, OrgId};
use clap::builder::PossibleValuesParser;
use jiff::Timestamp;
use serde::Serialize;

use crate::command::Global;
use crate::command::form::Form;
use crate::command::serve::SettingFlags;
use crate::installation::Installation;
use crate::render::table::Table;
use crate::terminal::escape;
use crate::terminal::style::{BOLD, painted};

#[derive(clap::Args, Debug)]
pub(crate) struct Add {
    /// Where messages are posted
    url: String,
    /// The organization whose events it hears; one of organization 1 hears everybody's
    #[arg(long, value_name = "ID")]
    org: i64,
    /// An event it wants; can be repeated [default: all]
    #[arg(long = "event", value_name = "NAME", value_parser = event(), hide_possible_values = true)]
    events: Vec<String>,
    /// What it is for
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,
    #[command(flatten)]
    settings: SettingFlags,
    /// Form of the answer
    #[arg(long, value_name = "FORM", default_value = "human")]
    format: Form,
}

#[derive(clap::Args, Debug)]
pub(crate) struct List {
    /// Those of this organization
    #[arg(long, value_name = "ID")]
    org: i64,
    /// Form of the answer
    #[arg(long, value_name = "FORM", default_value = "human")]
    format: Form,
}

/// Reads the name of an event.
pub(super) fn event() -> PossibleValuesParser {
    PossibleValuesParser::new(names::all())
}

/// What the configuration allows endpoints to be.
pub(super) fn rules(settings: SettingFlags, global: &Global) -> Result<WebhookRules, Refused> {
    let config = settings.layers(global, None)?.config()?;
    Ok(WebhookRules { allow_addresses: config.webhooks.allow_addresses })
}

impl Add {
    pub(super) fn run(self, installation: &Installation, global: &Global) -> Result<(), Refused> {
        let rules = rules(self.settings, global)?;
        let profile = EndpointProfile {
            url: Some(self.url),
            description: self.description,
            events: Some(self.events),
            enabled: None,
        };
        let (service, operator) = (&installation.service, Actor::operator());
        let made = create_endpoint(service, &operator, OrgId(self.org), profile, &rules)?;
        tell(self.format, &made, true)
    }
}

impl List {
    pub(super) fn run(self, installation: &Installation) -> Result<(), Refused> {
        let listed = endpoints(&installation.service, &Actor::operator(), OrgId(self.org))?;
        let listed: Vec<Told> = listed.iter().map(|endpoint| told(endpoint, false)).collect();
        self.format.print(&listed, |listed| table(listed))
    }
}

/// An endpoint as it is shown, with its secret when that was made here.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Told {
    id: String,
    org: OrgId,
    url: String,
    description: String,
    events: Vec<String>,
    disabled: Option<EndpointDisabled>,
    created_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
}

/// Prints one endpoint.
pub(super) fn tell(form: Form, endpoint: &WebhookEndpoint, with_secret: bool) -> Result<(), Refused> {
    form.print(&told(endpoint, with_secret), |told| {
        let secret = told.secret.as_ref();
        let line =
            secret.map(|secret| format!("signing secret, shown this once:  {}\n", painted(BOLD, secret)));
        table(std::slice::from_ref(told)) + &line.unwrap_or_default()
    })
}

fn told(endpoint: &WebhookEndpoint, with_secret: bool) -> Told {
    Told {
        id: endpoint.id.to_string(),
        org: endpoint.org,
        url: endpoint.url.clone(),
        description: endpoint.description.clone(),
        events: endpoint.events.clone(),
        disabled: endpoint.disabled,
        created_at: endpoint.created_at,
        secret: with_secret.then(|| endpoint.secret.expose().to_owned()),
    }
}

fn table(endpoints: &[Told]) -> String {
    let mut table = Table::new(0, &["id", "org", "url", "events", "state", "description"]);
    for endpoint in endpoints {
        table.row(vec![
            endpoint.id.clone(),
            endpoint.org.to_string(),
            escape::line(&endpoint.url),
            if endpoint.events.is_empty() { "all".into() } else { endpoint.events.join(", ") },
            state(endpoint.disabled).into(),
            escape::line(&endpoint.description),
        ]);
    }
    table.text()
}

fn state(disabled: Option<EndpointDisabled>) -> &'static str {
    match disabled {
        None => "active",
        Some(EndpointDisabled::Person) => "disabled",
        Some(EndpointDisabled::Gone) => "disabled: it said it was gone",
    }
}
