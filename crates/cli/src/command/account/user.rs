//! `assay user …`

use assay_app::Refused;
use assay_app::account::{NewUser, UserChange};
use assay_core::records::UserFilter;
use assay_core::{Actor, OrgId, Role};
use clap::Subcommand;
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;

use super::secret::{PasswordFlags, shown};
use super::word::{list, role, state, time};
use crate::command::Global;
use crate::command::form::{Form, everything};
use crate::exit::Exit;
use crate::installation::Installation;
use crate::render::table::Table;
use crate::terminal::escape;

const EXAMPLES: &str = "\
Examples:
  assay user create ada@example.org --org 2 --role developer
  assay user create eve@example.org --org 2 --role approver --password-stdin < password.txt
  assay user roles ada@example.org developer approver
  assay user set-password admin@localhost";

/// What can be done with users.
#[derive(Subcommand, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) enum User {
    /// Make a user
    Create(Create),
    /// List users
    List(List),
    /// Set what a user is trusted with, in place of what it was
    Roles(Roles),
    /// Set a user's password and end its sessions
    SetPassword(SetPassword),
    /// Keep a user out
    Disable(Which),
    /// Let a user in again
    Enable(Which),
}

#[derive(clap::Args, Debug)]
pub(crate) struct Create {
    /// E-mail address, the name to log in with
    email: String,
    /// Id of the organization it belongs to
    #[arg(long, value_name = "ID")]
    org: i64,
    /// Display name [default: the address]
    #[arg(long)]
    name: Option<String>,
    /// What it is trusted with; can be repeated
    #[arg(long = "role", value_name = "ROLE", value_parser = role())]
    roles: Vec<Role>,
    #[command(flatten)]
    password: PasswordFlags,
    /// Form of the answer
    #[arg(long, value_name = "FORM", default_value = "human")]
    format: Form,
}

#[derive(clap::Args, Debug)]
pub(crate) struct List {
    /// Those of this organization alone
    #[arg(long, value_name = "ID")]
    org: Option<i64>,
    /// Those with this role alone
    #[arg(long, value_name = "ROLE", value_parser = role())]
    role: Option<Role>,
    /// Disabled ones too
    #[arg(long)]
    disabled: bool,
    /// Form of the answer
    #[arg(long, value_name = "FORM", default_value = "human")]
    format: Form,
}

#[derive(clap::Args, Debug)]
pub(crate) struct Roles {
    /// E-mail address
    email: String,
    /// What it is trusted with from now on; nothing takes all roles away
    #[arg(value_name = "ROLE", value_parser = role())]
    roles: Vec<Role>,
    /// Form of the answer
    #[arg(long, value_name = "FORM", default_value = "human")]
    format: Form,
}

#[derive(clap::Args, Debug)]
pub(crate) struct SetPassword {
    /// E-mail address
    email: String,
    #[command(flatten)]
    password: PasswordFlags,
    /// Form of the answer
    #[arg(long, value_name = "FORM", default_value = "human")]
    format: Form,
}

#[derive(clap::Args, Debug)]
pub(crate) struct Which {
    /// E-mail address
    email: String,
    /// Form of the answer
    #[arg(long, value_name = "FORM", default_value = "human")]
    format: Form,
}

/// A user, with its password when that was made here.
#[derive(Serialize)]
struct Told {
    #[serde(flatten)]
    user: assay_core::User,
    #[serde(skip_serializing_if = "Option::is_none")]
    password: Option<String>,
}

impl User {
    pub(crate) fn run(self, global: &Global) -> Result<Exit, Refused> {
        let installation = Installation::open(&global.folder()?)?;
        match self {
            Self::Create(create) => create.run(&installation)?,
            Self::List(list) => list.run(&installation)?,
            Self::Roles(roles) => roles.run(&installation)?,
            Self::SetPassword(set) => set.run(&installation)?,
            Self::Disable(which) => which.run(&installation, true)?,
            Self::Enable(which) => which.run(&installation, false)?,
        }
        Ok(Exit::Good)
    }
}

impl Create {
    fn run(self, installation: &Installation) -> Result<(), Refused> {
        let new = NewUser {
            org: OrgId(self.org),
            name: self.name.unwrap_or_else(|| self.email.clone()),
            email: self.email,
            roles: self.roles.into_iter().collect(),
            password: self.password.read()?,
        };
        let (user, password) = installation.reception.create_user(&Actor::operator(), &new)?;
        tell(self.format, user, password)
    }
}

impl List {
    fn run(self, installation: &Installation) -> Result<(), Refused> {
        let filter = UserFilter { org: self.org.map(OrgId), role: self.role, disabled: self.disabled };
        let reception = &installation.reception;
        let users = everything(|page| reception.users(&Actor::operator(), &filter, page))?;
        self.format.print(&users, |users| table(users))
    }
}

impl Roles {
    fn run(self, installation: &Installation) -> Result<(), Refused> {
        let roles = Some(self.roles.into_iter().collect());
        let change = UserChange { roles, ..UserChange::default() };
        change_one(installation, &self.email, &change, self.format)
    }
}

impl SetPassword {
    fn run(self, installation: &Installation) -> Result<(), Refused> {
        let reception = &installation.reception;
        let user = reception.user_by_email(&Actor::operator(), &self.email)?;
        let given = self.password.read()?;
        let made = reception.set_password(&Actor::operator(), user.id, given.as_ref())?;
        tell(self.format, user, made)
    }
}

impl Which {
    fn run(self, installation: &Installation, disabled: bool) -> Result<(), Refused> {
        let change = UserChange { disabled: Some(disabled), ..UserChange::default() };
        change_one(installation, &self.email, &change, self.format)
    }
}

fn change_one(
    installation: &Installation,
    email: &str,
    change: &UserChange,
    form: Form,
) -> Result<(), Refused> {
    let reception = &installation.reception;
    let user = reception.user_by_email(&Actor::operator(), email)?;
    tell(form, reception.change_user(&Actor::operator(), user.id, change)?, None)
}

fn tell(form: Form, user: assay_core::User, password: Option<SecretString>) -> Result<(), Refused> {
    let told = Told { user, password: password.as_ref().map(|password| password.expose_secret().into()) };
    form.print(&told, |told| {
        let password = password.as_ref().map(|password| shown("password, shown this once:", password));
        table(std::slice::from_ref(&told.user)) + &password.unwrap_or_default()
    })
}

fn table(users: &[assay_core::User]) -> String {
    let mut table = Table::new(0, &["address", "name", "org", "roles", "last login", "state"]);
    for user in users {
        table.row(vec![
            escape::line(&user.email),
            escape::line(&user.name),
            user.org.to_string(),
            list(user.roles.iter().map(|role| role.name())),
            time(user.last_login_at),
            state(user.disabled),
        ]);
    }
    table.text()
}
