//! The sweep over events, tidy and untidy.

use super::*;

fn spans_of(ecosystem: &str, events: serde_json::Value, listed: &[&str]) -> Spans {
    let range = serde_json::json!({ "type": "ECOSYSTEM", "events": events });
    let listed: Vec<String> = listed.iter().map(|text| (*text).to_owned()).collect();
    spans(ecosystem, &[serde_json::from_value(range).unwrap()], &listed)
}

fn told(spans: &Spans) -> Vec<(&str, &End)> {
    spans.intervals.iter().map(|interval| (interval.from.as_str(), &interval.end)).collect()
}

fn fixed(version: &str) -> End {
    End::Fixed(version.into())
}

#[test]
fn events_are_sorted_by_version_before_the_sweep() {
    let events = serde_json::json!([
        {"introduced": "4.0"}, {"fixed": "4.0.1"}, {"introduced": "3.2"}, {"fixed": "3.2.10"},
        {"fixed": "2.2.26"}, {"introduced": "2.2"}
    ]);
    let spans = spans_of("PyPI", events, &[]);
    let expected = [("2.2", &fixed("2.2.26")), ("3.2", &fixed("3.2.10")), ("4.0", &fixed("4.0.1"))];
    assert_eq!(told(&spans), expected);
}

#[test]
fn ends_and_edges() {
    let last = spans_of("npm", serde_json::json!([{"introduced": "0"}, {"last_affected": "1.0.0"}]), &[]);
    assert_eq!(told(&last), [("0", &End::Last("1.0.0".into()))]);
    let open = spans_of("npm", serde_json::json!([{"introduced": "1.0.0"}]), &[]);
    assert_eq!(told(&open), [("1.0.0", &End::Open)]);
    let again = serde_json::json!([{"introduced": "1.0.0"}, {"introduced": "2.0.0"}, {"fixed": "2.0.0"}]);
    assert_eq!(told(&spans_of("npm", again, &[])), [("1.0.0", &fixed("2.0.0")), ("2.0.0", &End::Open)]);
    let nothing = serde_json::json!([{"introduced": "2.0.0"}, {"fixed": "2.0.0"}]);
    assert!(spans_of("npm", nothing, &[]).intervals.is_empty());
    let no_begin = spans_of("npm", serde_json::json!([{"fixed": "2.0.0"}]), &[]);
    assert_eq!(told(&no_begin), [("0", &fixed("2.0.0"))]);
}

#[test]
fn listed_versions_are_kept_only_outside_the_spans() {
    let events = serde_json::json!([{"introduced": "1.0"}, {"fixed": "2.0"}]);
    let spans = spans_of("PyPI", events, &["1.0", "1.5", "2.5", "odd one"]);
    assert_eq!(spans.versions, ["2.5", "odd one"]);
}

#[test]
fn of_several_last_affected_versions_the_highest_counts() {
    let events = serde_json::json!([
        {"introduced": "0"}, {"last_affected": "2.9.0"}, {"last_affected": "2.9.0b1"}, {"last_affected": "2.8"}
    ]);
    assert_eq!(told(&spans_of("PyPI", events, &[])), [("0", &End::Last("2.9.0".into()))]);
}

#[test]
fn labels_of_cpe_names_are_read_as_local_versions() {
    let spans =
        spans_of("PyPI", serde_json::json!([{"introduced": "0"}, {"last_affected": "2.6.0-NA"}]), &[]);
    assert_eq!(told(&spans), [("0", &End::Last("2.6.0+NA".into()))]);
}

#[test]
fn an_unreadable_range_affects_everything_unless_versions_are_listed() {
    let events = serde_json::json!([{"introduced": "0"}, {"fixed": "soon"}]);
    let alone = spans_of("PyPI", events.clone(), &[]);
    assert_eq!((alone.unreadable, told(&alone)), (1, vec![("0", &End::Open)]));
    let listed = spans_of("PyPI", events, &["1.0"]);
    assert_eq!((listed.unreadable, listed.intervals.len(), listed.versions.len()), (1, 0, 1));
}
