//! `assay key …`

use std::time::Duration;

use assay_app::Refused;
use assay_app::account::NewApiKey;
use assay_core::account::ApiKey;
use assay_core::{Actor, OrgId, Rejection, Scope};
use clap::Subcommand;
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;

use super::secret::shown;
use super::word::{list, scope, time};
use crate::command::Global;
use crate::command::form::{Form, everything};
use crate::config::Kind;
use crate::exit::Exit;
use crate::installation::Installation;
use crate::render::table::Table;
use crate::terminal::escape;
use crate::terminal::style::{DOUBT, painted};

const EXAMPLES: &str = "\
Examples:
  assay key create ada@example.org --name ci --scope pull --scope push --expires 90d
  assay key list --user ada@example.org
  assay key revoke 3f9a0c51d2e4b768";

/// What can be done with API keys.
#[derive(Subcommand, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) enum Key {
    /// Make a key and show it, once; it serves as a password for `docker login` too
    Create(Create),
    /// List keys
    List(List),
    /// Call a key back, with all it was used for
    Revoke(Revoke),
}

#[derive(clap::Args, Debug)]
pub(crate) struct Create {
    /// E-mail address of the user it belongs to
    email: String,
    /// What it is for
    #[arg(long)]
    name: String,
    /// What it may be used for; can be repeated
    #[arg(long = "scope", value_name = "SCOPE", value_parser = scope(), required = true)]
    scopes: Vec<Scope>,
    /// When it ends: a time, or a length such as `90d` from now on [default: never]
    #[arg(long, value_name = "TIME", value_parser = end)]
    expires: Option<End>,
    /// Form of the answer
    #[arg(long, value_name = "FORM", default_value = "human")]
    format: Form,
}

#[derive(clap::Args, Debug)]
pub(crate) struct List {
    /// Those of this organization alone
    #[arg(long, value_name = "ID", conflicts_with = "user")]
    org: Option<i64>,
    /// Those of this user alone
    #[arg(long, value_name = "EMAIL")]
    user: Option<String>,
    /// Form of the answer
    #[arg(long, value_name = "FORM", default_value = "human")]
    format: Form,
}

#[derive(clap::Args, Debug)]
pub(crate) struct Revoke {
    /// The part before the colon, as in the list
    prefix: String,
    /// Form of the answer
    #[arg(long, value_name = "FORM", default_value = "human")]
    format: Form,
}

/// The end of a key.
#[derive(Clone, Copy, Debug)]
enum End {
    At(Timestamp),
    After(Duration),
}

fn end(text: &str) -> Result<End, String> {
    match text.parse() {
        Ok(time) => Ok(End::At(time)),
        Err(_) => Duration::read(text)
            .map(End::After)
            .map_err(|_| "neither a time such as `2027-01-01T00:00:00Z` nor a length such as `90d`".into()),
    }
}

impl End {
    fn time(self, now: Timestamp) -> Result<Timestamp, Rejection> {
        match self {
            Self::At(time) => Ok(time),
            Self::After(length) => now.checked_add(length).map_err(|_| {
                Rejection::new("invalid-expiry", "that is longer than time is counted")
                    .hint("choose a shorter one")
            }),
        }
    }
}

/// A key, with its text when it was made here.
#[derive(Serialize)]
struct Told {
    #[serde(flatten)]
    key: ApiKey,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
}

impl Key {
    pub(crate) fn run(self, global: &Global) -> Result<Exit, Refused> {
        let installation = Installation::open(&global.folder()?)?;
        match self {
            Self::Create(create) => create.run(&installation)?,
            Self::List(list) => list.run(&installation)?,
            Self::Revoke(revoke) => revoke.run(&installation)?,
        }
        Ok(Exit::Good)
    }
}

impl Create {
    fn run(self, installation: &Installation) -> Result<(), Refused> {
        let reception = &installation.reception;
        let now = installation.service.now();
        let new = NewApiKey {
            user: reception.user_by_email(&Actor::operator(), &self.email)?.id,
            name: self.name,
            scopes: self.scopes.into_iter().collect(),
            expires_at: self.expires.map(|end| end.time(now)).transpose()?,
        };
        let made = reception.create_key(&Actor::operator(), &new)?;
        tell(self.format, now, made.key, Some(&made.text))
    }
}

impl List {
    fn run(self, installation: &Installation) -> Result<(), Refused> {
        let (reception, operator) = (&installation.reception, Actor::operator());
        let user = match &self.user {
            Some(email) => Some(reception.user_by_email(&operator, email)?.id),
            None => None,
        };
        let keys = everything(|page| reception.keys(&operator, self.org.map(OrgId), user, page))?;
        let now = installation.service.now();
        self.format.print(&keys, |keys| table(keys, now))
    }
}

impl Revoke {
    fn run(self, installation: &Installation) -> Result<(), Refused> {
        let reception = &installation.reception;
        let key = reception.key_by_prefix(&Actor::operator(), &self.prefix)?;
        let revoked = reception.revoke_key(&Actor::operator(), key.id)?;
        tell(self.format, installation.service.now(), revoked, None)
    }
}

fn tell(form: Form, now: Timestamp, key: ApiKey, text: Option<&SecretString>) -> Result<(), Refused> {
    let told = Told { key, text: text.map(|text| text.expose_secret().into()) };
    form.print(&told, |told| {
        let text = text.map(|text| shown("key, shown this once:", text));
        table(std::slice::from_ref(&told.key), now) + &text.unwrap_or_default()
    })
}

fn table(keys: &[ApiKey], now: Timestamp) -> String {
    let mut table = Table::new(0, &["prefix", "name", "org", "scopes", "ends", "last used", "state"]);
    for key in keys {
        table.row(vec![
            key.prefix.clone(),
            escape::line(&key.name),
            key.org.to_string(),
            list(key.scopes.iter().map(|scope| scope.name())),
            time(key.expires_at),
            time(key.last_used_at),
            state(key, now),
        ]);
    }
    table.text()
}

fn state(key: &ApiKey, now: Timestamp) -> String {
    match key.revoked_at {
        Some(_) => painted(DOUBT, "revoked"),
        None if key.is_good(now) => "active".into(),
        None => painted(DOUBT, "over"),
    }
}
