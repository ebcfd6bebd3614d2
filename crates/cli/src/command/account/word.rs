//! Words of the command line: roles, scopes, switches, and how they are shown.

use assay_core::{Role, Scope};
use clap::ValueEnum;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use jiff::Timestamp;

use crate::terminal::style::{DOUBT, painted};

/// On or off.
#[derive(ValueEnum, Clone, Copy, Debug)]
pub(super) enum Switch {
    On,
    Off,
}

impl From<Switch> for bool {
    fn from(switch: Switch) -> Self {
        matches!(switch, Switch::On)
    }
}

/// Reads a role.
pub(super) fn role() -> impl TypedValueParser<Value = Role> {
    PossibleValuesParser::new(Role::ALL.map(Role::name)).try_map(|name| Role::named(&name).ok_or("no role"))
}

/// Reads a scope.
pub(super) fn scope() -> impl TypedValueParser<Value = Scope> {
    PossibleValuesParser::new(Scope::ALL.map(Scope::name))
        .try_map(|name| Scope::named(&name).ok_or("no scope"))
}

/// Names in a row; a dash for none.
pub(super) fn list<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let names: Vec<&str> = names.into_iter().collect();
    if names.is_empty() { "–".into() } else { names.join(", ") }
}

/// A time to the minute; a dash for none.
pub(super) fn time(time: Option<Timestamp>) -> String {
    time.map_or_else(|| "–".into(), |time| time.strftime("%Y-%m-%d %H:%M").to_string())
}

/// Whether somebody is let in.
pub(super) fn state(disabled: bool) -> String {
    if disabled { painted(DOUBT, "disabled") } else { "active".into() }
}
