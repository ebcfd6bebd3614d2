//! One package after another against the advisories that name it.

use std::collections::{BTreeMap, BTreeSet};

use super::Hit;
use super::affects::{Answer, affects};
use crate::security::database::severity::Band;
use crate::security::database::{Database, Entry};
use crate::security::inventory::{Kind, Package};
use crate::security::versions::{Scheme, normal_name};

/// Comparisons of a package with an advisory that are made. A full desktop system of an old release needs a fifth.
const MOST: usize = 500_000;
/// Vulnerabilities that are kept.
const MOST_HITS: usize = 100_000;

/// What came of a package.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Compared {
    /// It was held against every advisory that names it.
    Yes,
    /// Advisories name it, but its version cannot be read.
    UnreadableVersion,
    /// There was too much to compare.
    TooMuch,
}

/// Packages of one kind, source and version share their hits, one for each vulnerability.
type Key<'a> = (Kind, &'a str, &'a str, u32);

/// The hits so far.
#[derive(Default)]
pub(super) struct Comparison<'a> {
    hits: BTreeMap<Key<'a>, Hit<'a>>,
    made: usize,
}

impl<'a> Comparison<'a> {
    /// Compares `package`. A version that cannot be read is no matter while no advisory names the package.
    pub(super) fn add(&mut self, package: &'a Package, ecosystem: &str, database: &Database) -> Compared {
        let name = normal_name(ecosystem, &package.source);
        let entries: Vec<Entry> = database.entries(ecosystem, &name).collect();
        self.made += entries.len();
        if self.made > MOST || self.hits.len() > MOST_HITS {
            return Compared::TooMuch;
        }
        let Some(version) = Scheme::of_ecosystem(ecosystem).parse(&package.source_version) else {
            return if entries.is_empty() { Compared::Yes } else { Compared::UnreadableVersion };
        };
        let mut seen = BTreeSet::new();
        for entry in entries {
            let Answer::Affected { fixed } = affects(&entry, ecosystem, &version) else { continue };
            let cluster = entry.advisory().cluster();
            let key = (package.kind, package.source.as_str(), package.source_version.as_str(), cluster);
            let hit = self.hits.entry(key).or_insert_with(|| new_hit(&entry, ecosystem, fixed.clone()));
            merge(hit, &entry, ecosystem, fixed);
            if seen.insert(cluster) {
                hit.packages.push(package);
            }
        }
        Compared::Yes
    }

    /// All hits, worst first.
    pub(super) fn finish(self) -> Vec<Hit<'a>> {
        let mut hits: Vec<Hit> = self.hits.into_values().collect();
        hits.sort_by(|a, b| {
            let weight = |hit: &Hit| (hit.known_exploited, hit.band);
            weight(b).cmp(&weight(a)).then_with(|| (&a.name, &a.packages).cmp(&(&b.name, &b.packages)))
        });
        hits
    }
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
