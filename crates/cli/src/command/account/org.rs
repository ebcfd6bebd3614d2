//! `assay org …`

use assay_app::Refused;
use assay_app::account::{NewOrganization, OrganizationChange};
use assay_core::account::OrgSettings;
use assay_core::{Actor, OrgId, Organization};
use clap::Subcommand;

use super::word::{Switch, state};
use crate::command::Global;
use crate::command::form::{Form, everything};
use crate::config::{Kind, Size};
use crate::exit::Exit;
use crate::installation::Installation;
use crate::render::table::Table;
use crate::terminal::escape;

const EXAMPLES: &str = "\
Examples:
  assay org create \"Acme Labs\" --four-eyes on --quota 50GiB
  assay org set 2 --auto-submit on --policy strict
  assay org list --format json";

/// What can be done with organizations.
#[derive(Subcommand, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) enum Org {
    /// Make an organization and tell its id, the first part of its repositories' names
    Create(Create),
    /// List organizations
    List(List),
    /// Change an organization
    Set(Set),
    /// Keep an organization's users out
    Disable(Which),
    /// Let an organization's users in again
    Enable(Which),
}

#[derive(clap::Args, Debug)]
pub(crate) struct Create {
    /// Display name
    name: String,
    #[command(flatten)]
    settings: Settings,
    /// Form of the answer
    #[arg(long, value_name = "FORM", default_value = "human")]
    format: Form,
}

#[derive(clap::Args, Debug)]
pub(crate) struct List {
    /// Form of the answer
    #[arg(long, value_name = "FORM", default_value = "human")]
    format: Form,
}

#[derive(clap::Args, Debug)]
pub(crate) struct Set {
    /// Id of the organization
    id: i64,
    /// Display name
    #[arg(long)]
    name: Option<String>,
    #[command(flatten)]
    settings: Settings,
    /// Form of the answer
    #[arg(long, value_name = "FORM", default_value = "human")]
    format: Form,
}

#[derive(clap::Args, Debug)]
pub(crate) struct Which {
    /// Id of the organization
    id: i64,
    /// Form of the answer
    #[arg(long, value_name = "FORM", default_value = "human")]
    format: Form,
}

/// How an organization works.
#[derive(clap::Args, Debug)]
struct Settings {
    /// Submit builds as soon as they are available
    #[arg(long, value_name = "SWITCH")]
    auto_submit: Option<Switch>,
    /// Approve builds that pass certification, without a person
    #[arg(long, value_name = "SWITCH")]
    auto_approve: Option<Switch>,
    /// Refuse approval by whoever submitted the build
    #[arg(long, value_name = "SWITCH")]
    four_eyes: Option<Switch>,
    /// Policy its builds are judged by
    #[arg(long, value_name = "NAME")]
    policy: Option<String>,
    /// How much its repositories may hold, such as `50GiB`; `default` for the service's setting
    #[arg(long, value_name = "SIZE", value_parser = quota)]
    quota: Option<Quota>,
}

/// A quota of its own, or the service's.
#[derive(Clone, Copy, Debug)]
struct Quota(Option<u64>);

fn quota(text: &str) -> Result<Quota, String> {
    if text == "default" {
        return Ok(Quota(None));
    }
    Size::read(text).map(|size| Quota(Some(size.0)))
}

impl Settings {
    fn change(self) -> OrganizationChange {
        OrganizationChange {
            auto_submit: self.auto_submit.map(Into::into),
            auto_approve: self.auto_approve.map(Into::into),
            four_eyes: self.four_eyes.map(Into::into),
            policy: self.policy,
            quota_bytes: self.quota.map(|quota| quota.0),
            ..OrganizationChange::default()
        }
    }

    fn settings(&self) -> OrgSettings {
        let usual = OrgSettings::default();
        OrgSettings {
            auto_submit: self.auto_submit.is_some_and(Into::into),
            auto_approve: self.auto_approve.is_some_and(Into::into),
            four_eyes: self.four_eyes.is_some_and(Into::into),
            policy: self.policy.clone().unwrap_or(usual.policy),
        }
    }
}

impl Org {
    pub(crate) fn run(self, global: &Global) -> Result<Exit, Refused> {
        let installation = Installation::open(&global.folder()?)?;
        match self {
            Self::Create(create) => create.run(&installation)?,
            Self::List(list) => list.run(&installation)?,
            Self::Set(set) => set.run(&installation)?,
            Self::Disable(which) => which.run(&installation, true)?,
            Self::Enable(which) => which.run(&installation, false)?,
        }
        Ok(Exit::Good)
    }
}

impl Create {
    fn run(self, installation: &Installation) -> Result<(), Refused> {
        let new = NewOrganization {
            settings: self.settings.settings(),
            quota_bytes: self.settings.quota.and_then(|quota| quota.0),
            name: self.name,
        };
        let made = installation.reception.create_organization(&Actor::operator(), &new)?;
        self.format.print(&made, one)
    }
}

impl List {
    fn run(self, installation: &Installation) -> Result<(), Refused> {
        let reception = &installation.reception;
        let listed = everything(|page| reception.organizations(&Actor::operator(), page))?;
        self.format.print(&listed, |listed| table(listed))
    }
}

impl Set {
    fn run(self, installation: &Installation) -> Result<(), Refused> {
        let change = OrganizationChange { name: self.name, ..self.settings.change() };
        change_one(installation, self.id, &change, self.format)
    }
}

impl Which {
    fn run(self, installation: &Installation, disabled: bool) -> Result<(), Refused> {
        let change = OrganizationChange { disabled: Some(disabled), ..OrganizationChange::default() };
        change_one(installation, self.id, &change, self.format)
    }
}

fn change_one(
    installation: &Installation,
    id: i64,
    change: &OrganizationChange,
    form: Form,
) -> Result<(), Refused> {
    let changed = installation.reception.change_organization(&Actor::operator(), OrgId(id), change)?;
    form.print(&changed, one)
}

fn one(organization: &Organization) -> String {
    table(std::slice::from_ref(organization))
}

fn table(organizations: &[Organization]) -> String {
    let heading = ["id", "name", "auto-submit", "auto-approve", "four-eyes", "policy", "quota", "state"];
    let mut table = Table::new(0, &heading);
    let switch = |on| String::from(if on { "on" } else { "off" });
    for Organization { id, name, settings, quota_bytes, disabled, .. } in organizations {
        table.row(vec![
            id.to_string(),
            escape::line(name),
            switch(settings.auto_submit),
            switch(settings.auto_approve),
            switch(settings.four_eyes),
            escape::line(&settings.policy),
            quota_bytes.map_or_else(|| "default".into(), crate::render::size),
            state(*disabled),
        ]);
    }
    table.text()
}
