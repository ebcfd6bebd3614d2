//! Records of the Node security working group, published until 2020: npm's advisories with ranges in npm's own words.

use nodejs_semver::Range;
use serde::Deserialize;
use serde_json::Value;

use super::ImportError;
use super::collector::Collector;
use crate::security::database::record::{Affected, End, Interval, Record};
use crate::security::database::severity::{Rating, Standing};

#[derive(Deserialize)]
struct Advisory {
    id: u64,
    updated_at: Option<String>,
    title: String,
    module_name: String,
    #[serde(default)]
    cves: Vec<String>,
    vulnerable_versions: Option<String>,
    cvss_vector: Option<String>,
    cvss_score: Option<f64>,
}

/// Whether `value` is such a record.
pub(super) fn recognises(value: &Value) -> bool {
    value.get("module_name").is_some() && value.get("vulnerable_versions").is_some()
}

/// Takes one record into the collection, or counts it as bad.
pub(super) fn take(name: &str, value: Value, collector: &mut Collector) -> Result<(), ImportError> {
    let converted =
        serde_json::from_value::<Advisory>(value).map_err(|error| error.to_string()).and_then(convert);
    match converted {
        Ok(record) => Ok(collector.advisory(record)?),
        Err(problem) => {
            collector.bad(name, problem);
            Ok(())
        }
    }
}

fn convert(advisory: Advisory) -> Result<Record, String> {
    let range = advisory.vulnerable_versions.as_deref().unwrap_or("*");
    let intervals = intervals(range).ok_or_else(|| format!("the range `{range}` is not understood"))?;
    let score = advisory.cvss_score.map(|score| score.to_string());
    let texts = advisory.cvss_vector.iter().chain(&score);
    let midnight = advisory.updated_at.map(|day| format!("{day}T00:00:00Z"));
    let modified: Option<jiff::Timestamp> = midnight.and_then(|time| time.parse().ok());
    Ok(Record {
        modified: modified.map(jiff::Timestamp::as_second),
        id: format!("NSWG-ECO-{}", advisory.id),
        aliases: advisory.cves,
        summary: advisory.title,
        link: format!("https://www.npmjs.com/advisories/{}", advisory.id),
        ratings: texts.filter_map(|text| Rating::read(Standing::OwnScore, "nodewg", text)).take(1).collect(),
        affected: vec![Affected {
            ecosystem: "npm".into(),
            name: advisory.module_name,
            intervals,
            versions: Vec::new(),
        }],
        ..Record::default()
    })
}

/// The spans of a range such as `<1.2.3 || >=2.0.0 <2.1.0`. Each alternative must be a pair of bounds; the range is read
/// by npm's rules first, so that `~1.2` and `1.x` become bounds too.
fn intervals(range: &str) -> Option<Vec<Interval>> {
    let read = Range::parse(range).ok()?.to_string();
    let mut intervals: Vec<Interval> = read.split("||").map(interval).collect::<Option<_>>()?;
    intervals.sort();
    Some(intervals)
}

fn interval(bounds: &str) -> Option<Interval> {
    let mut interval = Interval { from: "0".into(), end: End::Open };
    for bound in bounds.split_whitespace() {
        if let Some(version) = bound.strip_prefix(">=") {
            interval.from = version.into();
        } else if let Some(version) = bound.strip_prefix("<=") {
            interval.end = End::Last(version.into());
        } else if let Some(version) = bound.strip_prefix('<') {
            interval.end = End::Fixed(version.into());
        } else if bound.starts_with('>') {
            return None;
        } else if bound != "*" {
            interval = Interval { from: bound.into(), end: End::Last(bound.into()) };
        }
    }
    Some(interval)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_become_spans() {
        let told = |range| {
            intervals(range).map(|spans| spans.into_iter().map(|s| (s.from, s.end)).collect::<Vec<_>>())
        };
        assert_eq!(told("<4.17.5"), Some(vec![("0".into(), End::Fixed("4.17.5".into()))]));
        assert_eq!(told("<=1.0.0"), Some(vec![("0".into(), End::Last("1.0.0".into()))]));
        let two = told("<1.2.3 || >=2.0.0 <2.1.0").unwrap();
        assert_eq!(two[1], ("2.0.0".into(), End::Fixed("2.1.0".into())));
        assert_eq!(told("not a range"), None);
    }
}
