//! Gathers what the documents say, within limits, and keeps the books of the import.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use assay_core::{Digest, Rejection};
use jiff::Timestamp;
use serde::Serialize;

use super::Options;
use crate::security::database::Content;
use crate::security::database::record::Record;
use crate::security::database::severity::Rating;

/// Bad records that are shown; the rest is only counted.
const SHOWN: usize = 20;
/// Seconds of a day: records are dated in the zone of their author.
const DAY: i64 = 86_400;

/// A record that could not be used.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Bad {
    /// File, and the record in it.
    pub source: String,
    /// Why.
    pub reason: String,
}

/// What an import did.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Summary {
    /// Documents read.
    pub documents: u64,
    /// Bytes read, after unpacking.
    pub bytes_read: u64,
    /// Advisories in the database.
    pub advisories: u64,
    /// Advisories that their authors took back; not in the database.
    pub withdrawn: u64,
    /// Advisories that came more than once; the newest counts.
    pub duplicates: u64,
    /// Ranges that could not be read by their ecosystem's rules; every version counts as affected there.
    pub unreadable_ranges: u64,
    /// Packages that an advisory names without a word about versions; nothing can be compared there.
    pub without_versions: u64,
    /// CVEs on the list of known exploited vulnerabilities.
    pub known_exploited: u64,
    /// CVEs with severities from lists apart from the advisories.
    pub rated: u64,
    /// Records that could not be used.
    pub bad: u64,
    /// The first of them.
    pub examples: Vec<Bad>,
    /// Advisories by ecosystem.
    pub ecosystems: BTreeMap<String, u64>,
    /// State of the data by ecosystem, where it is known.
    pub as_of: BTreeMap<String, Timestamp>,
    /// Size of the database in bytes.
    pub bytes: u64,
    /// Digest of the database's content.
    pub digest: Option<Digest>,
}

/// The state of an import.
pub(super) struct Collector {
    pub(super) options: Options,
    content: Content,
    summary: Summary,
    rows: u64,
}

impl Collector {
    pub(super) fn new(options: Options) -> Self {
        let content = Content { demonstration: options.demonstration, ..Content::default() };
        Self { options, content, summary: Summary::default(), rows: 0 }
    }

    /// Counts a document of `bytes` bytes against the limits.
    pub(super) fn begin_document(&mut self, name: &str, bytes: u64) -> Result<(), Rejection> {
        let limits = self.options.limits;
        self.summary.documents += 1;
        if bytes > limits.document_bytes {
            return Err(limit(format!("{name} has a document of more than {} bytes", limits.document_bytes)));
        }
        if self.summary.documents > limits.documents {
            return Err(limit(format!("there are more than {} documents", limits.documents)));
        }
        self.pass_over(name, bytes)
    }

    /// Counts bytes that were read, whatever is in them.
    pub(super) fn pass_over(&mut self, name: &str, bytes: u64) -> Result<(), Rejection> {
        self.summary.bytes_read += bytes;
        if self.summary.bytes_read > self.options.limits.bytes {
            return Err(limit(format!(
                "with {name} there are more than {} bytes",
                self.options.limits.bytes
            )));
        }
        Ok(())
    }

    /// Takes an advisory; of several states of the same the newest stays.
    pub(super) fn advisory(&mut self, record: Record) -> Result<(), Rejection> {
        self.rows += record.affected.len() as u64 + 1;
        if self.rows > self.options.limits.rows {
            return Err(limit(format!("there are more than {} affected packages", self.options.limits.rows)));
        }
        match self.content.records.entry(record.id.clone()) {
            Entry::Vacant(place) => {
                place.insert(record);
            }
            Entry::Occupied(mut place) => {
                self.summary.duplicates += 1;
                if record > *place.get() {
                    place.insert(record);
                }
            }
        }
        Ok(())
    }

    pub(super) fn exploited(&mut self, cve: &str) {
        self.content.exploited.insert(cve.to_owned());
    }

    pub(super) fn rating(&mut self, cve: &str, rating: Rating) {
        self.content.ratings.entry(cve.to_owned()).or_default().insert(rating);
    }

    pub(super) fn bad(&mut self, source: &str, reason: impl ToString) {
        self.summary.bad += 1;
        if self.summary.examples.len() < SHOWN {
            let reason = reason.to_string().chars().take(200).collect();
            self.summary.examples.push(Bad { source: source.into(), reason });
        }
    }

    pub(super) fn unreadable_range(&mut self) {
        self.summary.unreadable_ranges += 1;
    }

    pub(super) fn without_versions(&mut self) {
        self.summary.without_versions += 1;
    }

    /// The content, dated, and the books.
    pub(super) fn finish(mut self) -> (Content, Summary) {
        let mut summary = std::mem::take(&mut self.summary);
        summary.withdrawn = self.content.records.values().filter(|record| record.withdrawn).count() as u64;
        summary.advisories = self.content.records.len() as u64 - summary.withdrawn;
        summary.known_exploited = self.content.exploited.len() as u64;
        summary.rated = self.content.ratings.len() as u64;
        self.date(&mut summary);
        (self.content, summary)
    }

    fn date(&mut self, summary: &mut Summary) {
        let told = self.options.as_of.map(Timestamp::as_second);
        let latest = self.options.now.as_second() + DAY;
        for record in self.content.records.values() {
            let mut ecosystems: Vec<&str> = record.affected.iter().map(|a| a.ecosystem.as_str()).collect();
            ecosystems.dedup();
            for ecosystem in ecosystems {
                if !record.withdrawn {
                    *summary.ecosystems.entry(ecosystem.into()).or_default() += 1;
                }
                let newest = self.content.as_of.entry(ecosystem.into()).or_default();
                let modified = record.modified.filter(|modified| *modified <= latest);
                *newest = told.or((*newest).max(modified));
            }
        }
        let known = |(name, seconds): (&String, &Option<i64>)| {
            Some((name.clone(), Timestamp::from_second((*seconds)?).ok()?))
        };
        summary.as_of = self.content.as_of.iter().filter_map(known).collect();
    }
}

fn limit(what: String) -> Rejection {
    Rejection::new("import-limit", what).hint("import fewer sources at once")
}
