//! Turns the events of OSV ranges into sorted spans.
//!
//! Events are not sorted in real files: two Django records name 4.0 before 3.2. They are sorted by version first and
//! then swept, as the OSV specification's evaluation algorithm demands.

use std::cmp::Ordering;

use serde::Deserialize;

use crate::security::database::record::{End, Interval};
use crate::security::versions::{Scheme, Version};

/// A range as OSV writes it.
#[derive(Deserialize)]
pub(super) struct Range {
    #[serde(rename = "type")]
    kind: String,
    events: Vec<Event>,
}

#[derive(Deserialize, Clone, Debug)]
struct Event {
    introduced: Option<String>,
    fixed: Option<String>,
    last_affected: Option<String>,
}

/// What the ranges of one package come to.
#[derive(Default, Debug)]
pub(super) struct Spans {
    pub(super) intervals: Vec<Interval>,
    /// Versions that are listed and lie in no interval.
    pub(super) versions: Vec<String>,
    /// Ranges with a version that breaks the ecosystem's rules.
    pub(super) unreadable: u64,
}

/// Reads the ranges and listed versions of one package. Ranges over commits say nothing about packages.
pub(super) fn spans(ecosystem: &str, ranges: &[Range], listed: &[String]) -> Spans {
    let scheme = Scheme::of_ecosystem(ecosystem);
    let mut spans = Spans::default();
    for range in ranges.iter().filter(|range| range.kind != "GIT" && !range.events.is_empty()) {
        match points(scheme, &range.events) {
            Some(points) => spans.intervals.extend(sweep(points)),
            None => {
                spans.unreadable += 1;
                // With a list of versions beside it nothing is lost; without one, all versions count as affected.
                if listed.is_empty() {
                    spans.intervals.push(Interval { from: "0".into(), end: End::Open });
                }
            }
        }
    }
    spans.intervals.sort();
    spans.intervals.dedup();
    let read: Vec<_> = spans.intervals.iter().map(|interval| Bounds::read(scheme, interval)).collect();
    let held = |text: &str| {
        let version = scheme.parse(text);
        version.is_some_and(|version| read.iter().flatten().any(|bounds| bounds.hold(&version)))
    };
    spans.versions = listed.iter().filter(|text| !held(text)).cloned().collect();
    spans.versions.sort();
    spans.versions.dedup();
    spans
}

/// All that happens at one version.
#[derive(Clone, Debug)]
struct Point {
    text: String,
    version: Option<Version>,
    introduced: bool,
    fixed: bool,
    last: bool,
}

impl Point {
    /// `0` stands before every version; an ecosystem without known order keeps the order of the file.
    fn compare(&self, other: &Self) -> Ordering {
        match (&self.version, &other.version) {
            (Some(a), Some(b)) => a.compare(b).unwrap_or(Ordering::Equal),
            (None, Some(_)) if self.text == "0" => Ordering::Less,
            (Some(_), None) if other.text == "0" => Ordering::Greater,
            _ => Ordering::Equal,
        }
    }
}

/// The events by rising version; `None` when a version cannot be read.
fn points(scheme: Scheme, events: &[Event]) -> Option<Vec<Point>> {
    let mut points = Vec::new();
    for event in events {
        let told = [&event.introduced, &event.fixed, &event.last_affected];
        let Some(text) = told.into_iter().flatten().next() else { continue };
        let text = readable(scheme, text)?;
        let version = scheme.parse(&text).filter(|_| text != "0");
        points.push(Point {
            text,
            version,
            introduced: event.introduced.is_some(),
            fixed: event.fixed.is_some(),
            last: event.last_affected.is_some(),
        });
    }
    points.sort_by(Point::compare);
    points.dedup_by(|later, earlier| {
        let same = later.text == earlier.text
            || (later.version.is_some()
                && earlier.version.is_some()
                && later.compare(earlier) == Ordering::Equal);
        if same {
            earlier.introduced |= later.introduced;
            earlier.fixed |= later.fixed;
            earlier.last |= later.last;
        }
        same
    });
    Some(points)
}

/// The text under which `scheme` can read a version. Real PyPI records hold `2.6.0-NA` and `2.6.0-cu124`, made from CPE
/// names; PEP 440 writes such a label behind a plus.
fn readable(scheme: Scheme, text: &str) -> Option<String> {
    if text == "0" || scheme == Scheme::Unknown || scheme.parse(text).is_some() {
        return Some(text.to_owned());
    }
    let (release, label) = text.split_once('-').filter(|_| scheme == Scheme::Python)?;
    let label = label.starts_with(|c: char| c.is_ascii_alphabetic()).then_some(label)?;
    Some(format!("{release}+{label}")).filter(|text| scheme.parse(text).is_some())
}

/// Walks up the versions, opening and closing spans. A range that never says where it begins begins at the beginning.
fn sweep(points: Vec<Point>) -> Vec<Interval> {
    let mut open = (!points.iter().any(|point| point.introduced)).then(|| "0".to_owned());
    let mut intervals = Vec::new();
    for point in points {
        let closes = point.fixed && open.is_some();
        if closes && let Some(from) = open.take() {
            intervals.push(Interval { from, end: End::Fixed(point.text.clone()) });
        }
        // Introduced and fixed at the same version with nothing open before: nothing is affected.
        if point.introduced && open.is_none() && (closes || !point.fixed) {
            open = Some(point.text.clone());
        }
        if point.last {
            match (open.take(), intervals.last_mut()) {
                (Some(from), _) => intervals.push(Interval { from, end: End::Last(point.text) }),
                // Several in a row: the algorithm would stop at the lowest, and pass versions that are named as affected.
                (None, Some(Interval { end: End::Last(end), .. })) => *end = point.text,
                (None, _) => {}
            }
        }
    }
    intervals.extend(open.map(|from| Interval { from, end: End::Open }));
    intervals
}

/// An interval with its versions read.
struct Bounds {
    from: Option<Version>,
    fixed: Option<Version>,
    last: Option<Version>,
}

impl Bounds {
    fn read(scheme: Scheme, interval: &Interval) -> Option<Self> {
        let from = if interval.from == "0" { None } else { Some(scheme.parse(&interval.from)?) };
        let (fixed, last) = match &interval.end {
            End::Open => (None, None),
            End::Fixed(version) => (Some(scheme.parse(version)?), None),
            End::Last(version) => (None, Some(scheme.parse(version)?)),
        };
        Some(Self { from, fixed, last })
    }

    fn hold(&self, version: &Version) -> bool {
        let against = |bound: &Option<Version>| bound.as_ref().and_then(|bound| version.compare(bound));
        against(&self.from) != Some(Ordering::Less)
            && !matches!(against(&self.fixed), Some(Ordering::Equal | Ordering::Greater))
            && against(&self.last) != Some(Ordering::Greater)
    }
}

#[cfg(test)]
mod tests;
