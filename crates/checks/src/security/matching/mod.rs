//! Holds packages against the advisories of a database.

mod affects;

use std::collections::{BTreeMap, BTreeSet};

use super::database::severity::{Band, Rating};
use super::database::{Database, Entry};
use super::inventory::{Distribution, Inventory, Kind, Package};
use super::versions::{Scheme, normal_name};
use affects::{Answer, affects};

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
    /// Packages that advisories name, but whose version cannot be read.
    pub(super) incomparable: Vec<&'a Package>,
}

/// Compares every package. A package of an ecosystem that the database lacks is not assessed.
pub(super) fn run<'a>(inventory: &'a Inventory, database: &Database) -> Matches<'a> {
    let mut matches = Matches::default();
    let system = system_ecosystem(&inventory.distribution, database);
    // The distribution's data is needed even when no package was found: that is when to be wary.
    matches.needed.extend(system.clone().map(|name| (name.clone(), database.coverage(&name).is_some())));
    let mut hits: BTreeMap<(Kind, &str, &str, u32), Hit> = BTreeMap::new();
    for package in inventory.packages.iter().filter(|package| package.owner.is_none()) {
        let Some(ecosystem) = ecosystem_of(package.kind, system.as_deref()) else { continue };
        let covered =
            *matches.needed.entry(ecosystem.into()).or_insert_with(|| database.coverage(ecosystem).is_some());
        if covered && compare(package, ecosystem, database, &mut hits) {
            *matches.assessed.entry(package.kind).or_default() += 1;
        } else if covered {
            matches.incomparable.push(package);
        }
    }
    matches.hits = hits.into_values().collect();
    matches.hits.sort_by(|a, b| {
        let weight = |hit: &Hit| (hit.known_exploited, hit.band);
        weight(b).cmp(&weight(a)).then_with(|| a.name.cmp(&b.name)).then_with(|| a.packages.cmp(&b.packages))
    });
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

/// Whether `package` could be compared. A version that cannot be read is no matter while no advisory names the package.
fn compare<'a>(
    package: &'a Package,
    ecosystem: &str,
    database: &Database,
    hits: &mut BTreeMap<(Kind, &'a str, &'a str, u32), Hit<'a>>,
) -> bool {
    let name = normal_name(ecosystem, &package.source);
    let entries: Vec<Entry> = database.entries(ecosystem, &name).collect();
    let Some(version) = Scheme::of_ecosystem(ecosystem).parse(&package.source_version) else {
        return entries.is_empty();
    };
    let mut seen = BTreeSet::new();
    for entry in entries {
        let Answer::Affected { fixed } = affects(&entry, ecosystem, &version) else { continue };
        let cluster = entry.advisory().cluster();
        let key = (package.kind, package.source.as_str(), package.source_version.as_str(), cluster);
        let hit = hits.entry(key).or_insert_with(|| new_hit(&entry, ecosystem, fixed.clone()));
        merge(hit, &entry, ecosystem, fixed);
        if seen.insert(cluster) {
            hit.packages.push(package);
        }
    }
    true
}

fn new_hit<'a>(entry: &Entry, ecosystem: &str, fixed: Option<String>) -> Hit<'a> {
    let advisory = entry.advisory();
    Hit {
        name: advisory.name().into(),
        ecosystem: ecosystem.into(),
        summary: advisory.summary().into(),
        link: advisory.link().into(),
        band: Band::Unrated,
        rating: None,
        known_exploited: false,
        fixed,
        packages: Vec::new(),
    }
}

/// Several advisories about one vulnerability: the worst band counts, and the version that satisfies them all.
fn merge(hit: &mut Hit, entry: &Entry, ecosystem: &str, fixed: Option<String>) {
    let advisory = entry.advisory();
    hit.known_exploited |= advisory.known_exploited();
    if advisory.band() > hit.band {
        hit.band = advisory.band();
        hit.rating =
            advisory.ratings().filter(|rating| rating.band == hit.band).max_by_key(|rating| rating.standing);
    }
    if !hit.name.starts_with("CVE-") && advisory.name().starts_with("CVE-") {
        hit.name = advisory.name().into();
    }
    if hit.summary.is_empty() {
        hit.summary = advisory.summary().into();
    }
    hit.fixed = match (hit.fixed.take(), fixed) {
        (Some(a), Some(b)) => Some(later(ecosystem, a, b)),
        (a, b) => a.or(b),
    };
}

fn later(ecosystem: &str, a: String, b: String) -> String {
    let scheme = Scheme::of_ecosystem(ecosystem);
    let order = scheme.parse(&a).zip(scheme.parse(&b)).and_then(|(a, b)| a.compare(&b));
    if order == Some(std::cmp::Ordering::Less) { b } else { a }
}
