//! Records in the Open Source Vulnerability format (OSV schema 1.x, ossf.github.io/osv-schema).

use assay_core::Rejection;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use super::ImportError;
use super::collector::Collector;
use super::ranges::{self, Range};
use crate::security::database::record::{Affected, Record, is_cve};
use crate::security::database::severity::{Rating, Standing};

/// Characters of a summary that are kept.
const SUMMARY: usize = 200;
/// Names, packages or versions one record may list.
const MOST: usize = 20_000;
/// No advisory is older than the first public list; earlier dates mean "not told".
const EARLIEST: i64 = 946_684_800;

/// The parts of a record that count. Everything may be missing but the id and one of `affected` and `withdrawn`.
#[derive(Deserialize)]
pub(super) struct Advisory {
    id: String,
    modified: Option<String>,
    withdrawn: Option<String>,
    #[serde(default)]
    aliases: Vec<String>,
    #[serde(default)]
    upstream: Vec<String>,
    #[serde(default)]
    related: Vec<String>,
    #[serde(default)]
    summary: String,
    #[serde(default)]
    details: String,
    #[serde(default)]
    severity: Vec<Severity>,
    affected: Option<Vec<Package>>,
    #[serde(default)]
    references: Vec<Reference>,
    #[serde(default)]
    database_specific: Value,
}

#[derive(Deserialize)]
struct Severity {
    score: Value,
}

#[derive(Deserialize)]
struct Package {
    package: Option<Name>,
    #[serde(default)]
    ranges: Vec<Range>,
    #[serde(default)]
    versions: Vec<String>,
    #[serde(default)]
    severity: Vec<Severity>,
    #[serde(default)]
    ecosystem_specific: Value,
    #[serde(default)]
    database_specific: Value,
}

#[derive(Deserialize)]
struct Name {
    ecosystem: String,
    name: String,
}

#[derive(Deserialize)]
struct Reference {
    #[serde(rename = "type", default)]
    kind: String,
    url: String,
}

/// Takes one record into the collection, or counts it as bad.
pub(super) fn take(name: &str, advisory: Advisory, collector: &mut Collector) -> Result<(), ImportError> {
    match convert(advisory, collector) {
        Ok(record) => Ok(collector.advisory(record)?),
        Err(problem) => {
            collector.bad(name, problem);
            Ok(())
        }
    }
}

fn convert(advisory: Advisory, collector: &mut Collector) -> Result<Record, Rejection> {
    let refuse = |what: &str| Rejection::new("bad-advisory", format!("{}: {what}", advisory.id));
    if advisory.id.is_empty() || advisory.id.len() > 200 {
        return Err(refuse("its id is empty or longer than 200 bytes"));
    }
    let packages = match (advisory.affected.as_deref(), &advisory.withdrawn) {
        (Some(packages), _) => packages,
        (None, Some(_)) => &[],
        (None, None) => return Err(refuse("it names nothing that is affected")),
    };
    let named = advisory.aliases.len() + advisory.related.len() + advisory.upstream.len();
    if packages.len() > MOST || named > MOST || packages.iter().any(|package| package.versions.len() > MOST) {
        return Err(refuse("it lists more than 20000 names, packages or versions"));
    }
    let (aliases, related) = names(&advisory);
    Ok(Record {
        modified: advisory.modified.as_deref().and_then(seconds),
        withdrawn: advisory.withdrawn.is_some(),
        ratings: ratings(&advisory, packages),
        affected: affected(packages, collector),
        summary: summary(&advisory),
        link: link(&advisory),
        id: advisory.id,
        aliases,
        related,
    })
}

/// A record with one upstream name is that vulnerability, packaged; with several it is an update that mends them all.
fn names(advisory: &Advisory) -> (Vec<String>, Vec<String>) {
    let mut aliases = advisory.aliases.clone();
    let mut related = advisory.related.clone();
    match advisory.upstream.as_slice() {
        [one] => aliases.push(one.clone()),
        several => related.extend(several.iter().cloned()),
    }
    for names in [&mut aliases, &mut related] {
        names.retain(|name| *name != advisory.id && !name.is_empty());
        names.sort();
        names.dedup();
    }
    related.retain(|name| is_cve(name));
    (aliases, related)
}

/// Seconds since 1970. Real files hold malformed times such as `2023-11-07T20:24:23+00:00Z`; the part up to the seconds
/// is enough, read as UTC.
fn seconds(text: &str) -> Option<i64> {
    let time = text.parse::<Timestamp>().ok().or_else(|| format!("{}Z", text.get(..19)?).parse().ok())?;
    Some(time.as_second()).filter(|seconds| *seconds >= EARLIEST)
}

fn ratings(advisory: &Advisory, packages: &[Package]) -> Vec<Rating> {
    let source = advisory.id.split('-').next().unwrap_or_default();
    let scores = advisory.severity.iter().chain(packages.iter().flat_map(|package| &package.severity));
    let own = scores.filter_map(|severity| {
        let text = severity.score.as_str().map_or_else(|| severity.score.to_string(), str::to_owned);
        Rating::read(Standing::OwnScore, source, &text)
    });
    let specific =
        packages.iter().flat_map(|package| [&package.ecosystem_specific, &package.database_specific]);
    let words = specific
        .chain([&advisory.database_specific])
        .filter_map(|value| value.get("severity").or_else(|| value.get("urgency"))?.as_str());
    let first_word = source.starts_with("AL").then(|| advisory.summary.split(':').next()).flatten();
    let malicious = advisory.aliases.iter().chain([&advisory.id]).any(|name| name.starts_with("MAL-"));
    let vendor = words
        .chain(first_word)
        .chain(malicious.then_some("malicious"))
        .filter_map(|word| Rating::read(Standing::Vendor, source, word));
    let mut ratings: Vec<Rating> = own.chain(vendor).collect();
    ratings.sort();
    ratings.dedup();
    ratings
}

/// Packages of the same name are put together: what any of their entries calls affected is affected.
fn affected(packages: &[Package], collector: &mut Collector) -> Vec<Affected> {
    let mut affected: Vec<Affected> = Vec::new();
    for package in packages {
        let Some(name) = &package.package else { continue };
        let spans = ranges::spans(&name.ecosystem, &package.ranges, &package.versions);
        (0..spans.unreadable).for_each(|_| collector.unreadable_range());
        if spans.intervals.is_empty() && spans.versions.is_empty() {
            collector.without_versions();
            continue;
        }
        let (ecosystem, name) = (name.ecosystem.clone(), name.name.clone());
        match affected.iter_mut().find(|known| known.ecosystem == ecosystem && known.name == name) {
            Some(known) => {
                known.intervals.extend(spans.intervals);
                known.versions.extend(spans.versions);
            }
            None => {
                affected.push(Affected {
                    ecosystem,
                    name,
                    intervals: spans.intervals,
                    versions: spans.versions,
                });
            }
        }
    }
    affected.sort();
    affected
}

fn summary(advisory: &Advisory) -> String {
    let line =
        |text: &str| text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or("").to_owned();
    let text = Some(line(&advisory.summary))
        .filter(|text| !text.is_empty())
        .unwrap_or_else(|| line(&advisory.details));
    let text = text.trim_end_matches('.').to_owned();
    match text.char_indices().nth(SUMMARY) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or(&text)),
        None => text,
    }
}

/// The author's own page before others; an advisory's number at osv.dev when it names none.
fn link(advisory: &Advisory) -> String {
    let of_kind = |kind: &str| advisory.references.iter().find(|reference| reference.kind == kind);
    let best = of_kind("ADVISORY").or_else(|| of_kind("WEB")).or_else(|| advisory.references.first());
    let web = |url: &&str| (url.starts_with("https://") || url.starts_with("http://")) && url.len() < 2000;
    best.map(|reference| reference.url.as_str())
        .filter(web)
        .map_or_else(|| format!("https://osv.dev/vulnerability/{}", advisory.id), str::to_owned)
}
