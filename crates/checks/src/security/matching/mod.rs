//! Holds packages against the advisories of a database.

mod affects;
mod comparison;

use std::collections::BTreeMap;

use super::database::Database;
use super::database::severity::{Band, Rating};
use super::inventory::{Distribution, Inventory, Kind, Package};
use comparison::{Compared, Comparison};

/// One vulnerability of one package, however many advisories and places it has.
#[derive(Clone, Debug)]
pub(super) struct Hit<'a> {
    /// The name people know it by.
    pub(super) name: String,
    /// Ecosystem of the advisories.
    pub(super) ecosystem: String,
    /// One line about it.
    pub(super) summary: String,
    /// Where to read on.
    pub(super) link: String,
    /// How bad it is.
    pub(super) band: Band,
    /// Whose word that is.
    pub(super) rating: Option<Rating>,
    /// Whether it is known to be exploited.
    pub(super) known_exploited: bool,
    /// The version that mends it.
    pub(super) fixed: Option<String>,
    /// The packages that have it: for a distribution all those built from one source, else the same package in several
    /// places.
    pub(super) packages: Vec<&'a Package>,
}

/// What the comparison came to.
#[derive(Default, Debug)]
pub(super) struct Matches<'a> {
    /// What was found, worst first.
    pub(super) hits: Vec<Hit<'a>>,
    /// Ecosystems whose advisories were needed, and whether the database has them.
    pub(super) needed: BTreeMap<String, bool>,
    /// Packages compared, by kind.
    pub(super) assessed: BTreeMap<Kind, u64>,
    /// Whether there was more to compare than there is time for; what is left was not assessed.
    pub(super) cut: bool,
    /// Packages that advisories name, but whose version cannot be read.
    pub(super) incomparable: Vec<&'a Package>,
}

/// Compares every package. A package of an ecosystem that the database lacks is not assessed.
pub(super) fn run<'a>(inventory: &'a Inventory, database: &Database) -> Matches<'a> {
    let mut matches = Matches::default();
    let system = system_ecosystem(&inventory.distribution, database);
    // The distribution's data is needed even when no package was found: that is when to be wary.
    matches.needed.extend(system.clone().map(|name| (name.clone(), database.coverage(&name).is_some())));
    let mut comparison = Comparison::default();
    for package in inventory.packages.iter().filter(|package| package.owner.is_none()) {
        let Some(ecosystem) = ecosystem_of(package.kind, system.as_deref()) else { continue };
        let covered =
            *matches.needed.entry(ecosystem.into()).or_insert_with(|| database.coverage(ecosystem).is_some());
        if !covered {
            continue;
        }
        match comparison.add(package, ecosystem, database) {
            Compared::Yes => *matches.assessed.entry(package.kind).or_default() += 1,
            Compared::UnreadableVersion => matches.incomparable.push(package),
            Compared::TooMuch => matches.cut = true,
        }
    }
    matches.hits = comparison.finish();
    matches
}

/// The first of the distribution's names that the database knows, or its first name.
fn system_ecosystem(distribution: &Distribution, database: &Database) -> Option<String> {
    let names = distribution.ecosystems();
    names.iter().find(|name| database.coverage(name).is_some()).or(names.first()).cloned()
}

fn ecosystem_of(kind: Kind, system: Option<&str>) -> Option<&str> {
    match kind {
        Kind::Deb | Kind::Apk => system,
        Kind::Python => Some("PyPI"),
        Kind::Node => Some("npm"),
    }
}
