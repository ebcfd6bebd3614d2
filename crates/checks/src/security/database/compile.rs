//! Compiles records to the bytes of a database file. Same records, same bytes, in whatever order they came.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::clusters::clusters;
use super::layout;
use super::record::{Record, is_cve};
use super::severity::Rating;
use super::tables::{Tables, short};
use crate::security::versions::normal_name;

/// What goes into a database.
#[derive(Default, Debug)]
pub struct Content {
    /// Advisories by id.
    pub records: BTreeMap<String, Record>,
    /// CVEs that are known to be exploited.
    pub exploited: BTreeSet<String>,
    /// Severities by CVE, from lists apart from the advisories.
    pub ratings: BTreeMap<String, BTreeSet<Rating>>,
    /// State of each ecosystem's data, seconds since 1970.
    pub as_of: BTreeMap<String, Option<i64>>,
    /// Whether it is the demonstration data.
    pub demonstration: bool,
}

/// The content does not fit the file format.
#[derive(Debug, thiserror::Error)]
#[error("the database would be larger than {} bytes", layout::LARGEST)]
pub struct TooLarge;

impl Content {
    /// The bytes of the database file. Withdrawn records are left out.
    pub fn compile(&self) -> Result<Vec<u8>, TooLarge> {
        let live: Vec<&Record> = self.records.values().filter(|record| !record.withdrawn).collect();
        let clusters = clusters(&live);
        let shared = shared_ratings(&live, &clusters);
        let mut tables = Tables::default();
        let ecosystems = tables.ecosystems(self, &live)?;
        let mut packages = Vec::new();
        for (index, (record, cluster)) in live.iter().zip(clusters).enumerate() {
            let index = short(index)?;
            tables.advisory(
                record,
                cluster,
                &ratings_of(self, record, shared.get(&cluster)),
                self.exploits(record),
            )?;
            for affected in &record.affected {
                let ecosystem = ecosystems.get(affected.ecosystem.as_str()).copied().unwrap_or_default();
                let name = normal_name(&affected.ecosystem, &affected.name);
                packages.push((layout::key(&affected.ecosystem, &name), ecosystem, name, index, affected));
            }
        }
        packages.sort();
        tables.packages(&packages)?;
        tables.finish(self.demonstration)
    }

    /// Whether any CVE that the record speaks of is known to be exploited.
    fn exploits(&self, record: &Record) -> bool {
        record
            .names()
            .chain(record.related.iter().map(String::as_str))
            .any(|name| self.exploited.contains(name))
    }
}

/// What all records of each cluster say about themselves, with the weight that it has for the others.
fn shared_ratings(records: &[&Record], clusters: &[usize]) -> HashMap<usize, BTreeSet<Rating>> {
    let mut shared: HashMap<usize, BTreeSet<Rating>> = HashMap::new();
    for (record, cluster) in records.iter().zip(clusters) {
        let lent =
            record.ratings.iter().map(|rating| Rating { standing: rating.standing.lent(), ..rating.clone() });
        shared.entry(*cluster).or_default().extend(lent);
    }
    shared
}

/// What the record says of itself and what the lists say of its CVEs, each once; for want of both, what is said about
/// the same vulnerability under other names.
fn ratings_of(content: &Content, record: &Record, shared: Option<&BTreeSet<Rating>>) -> Vec<Rating> {
    let mut ratings: BTreeSet<Rating> = record.ratings.iter().cloned().collect();
    for cve in record.names().filter(|name| is_cve(name)) {
        ratings.extend(content.ratings.get(cve).into_iter().flatten().cloned());
    }
    if ratings.is_empty() {
        ratings.extend(shared.into_iter().flatten().cloned());
    }
    ratings.into_iter().collect()
}
