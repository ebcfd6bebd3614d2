//! The scan in numbers, and every vulnerability as the published report lists it.

use std::collections::BTreeMap;

use assay_core::report::{PackageCount, SecurityFacts, Vulnerability};

use crate::security::database::Database;
use crate::security::database::severity::Band;
use crate::security::inventory::{Inventory, Kind};
use crate::security::matching::Matches;

/// Vulnerabilities that are listed at most.
const MOST: usize = 20_000;

/// How complete the scan was.
pub(super) fn facts(inventory: &Inventory, database: Option<&Database>, matches: &Matches) -> SecurityFacts {
    let mut packages: BTreeMap<String, PackageCount> = BTreeMap::new();
    for package in &inventory.packages {
        packages.entry(package.kind.name().into()).or_default().found += 1;
    }
    for (kind, assessed) in &matches.assessed {
        packages.entry(kind.name().into()).or_default().assessed = *assessed;
    }
    SecurityFacts {
        distribution: inventory.distribution.title(),
        packages,
        unrated: matches.hits.iter().filter(|hit| hit.band == Band::Unrated).count() as u64,
        database: database.map(Database::facts),
    }
}

/// One entry for each vulnerability of each package; language packages once, however many places they are in.
pub(super) fn vulnerabilities(inventory: &Inventory, matches: &Matches) -> Vec<Vulnerability> {
    let listed = matches.hits.iter().flat_map(|hit| {
        let places = match hit.packages.first().map(|package| package.kind) {
            Some(Kind::Deb | Kind::Apk) => hit.packages.len(),
            _ => 1,
        };
        hit.packages.iter().take(places).map(move |package| (hit, *package))
    });
    let entry =
        |(hit, package): (&super::matching::Hit, &crate::security::inventory::Package)| Vulnerability {
            name: hit.name.clone(),
            namespace: hit.ecosystem.clone(),
            description: hit.summary.clone(),
            link: hit.link.clone(),
            severity: hit.band.name().into(),
            fixed_by: hit.fixed.clone().unwrap_or_default(),
            package: package.purl(&inventory.distribution),
            version: package.version.clone(),
            path: package.path.clone(),
            layer: package.layer.clone(),
            known_exploited: hit.known_exploited,
        };
    listed.take(MOST).map(entry).collect()
}
