//! The file format: what is compiled is found again, and no other bytes are believed.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::layout;
use super::record::{Affected, End, Interval, Record};
use super::severity::{Band, Rating, Standing};
use super::{Content, Damage, Database};

fn affected(ecosystem: &str, name: &str, fixed: &str) -> Affected {
    Affected {
        ecosystem: ecosystem.into(),
        name: name.into(),
        intervals: vec![Interval { from: "0".into(), end: End::Fixed(fixed.into()) }],
        versions: vec!["9.9".into()],
    }
}

fn record(id: &str, aliases: &[&str], affected: Vec<Affected>) -> Record {
    Record {
        id: id.into(),
        aliases: aliases.iter().map(|alias| (*alias).into()).collect(),
        summary: format!("about {id}"),
        affected,
        ..Record::default()
    }
}

fn content() -> Content {
    let mut first = record("PYSEC-1", &["CVE-2020-0001"], vec![affected("PyPI", "Foo_Bar", "1.0")]);
    first.ratings.extend(Rating::read(Standing::OwnScore, "PYSEC", "9.8"));
    let second = record("GHSA-1", &["CVE-2020-0001"], vec![affected("PyPI", "foo-bar", "1.1")]);
    let third = record("DEBIAN-1", &["CVE-2020-0002"], vec![affected("Debian:12", "foo", "1:2-3")]);
    let gone = Record { withdrawn: true, ..record("PYSEC-2", &[], vec![affected("PyPI", "gone", "1")]) };
    let records = [first, second, third, gone].into_iter().map(|record| (record.id.clone(), record));
    Content {
        records: records.collect(),
        exploited: BTreeSet::from(["CVE-2020-0002".into()]),
        as_of: [("PyPI".into(), Some(1_700_000_000)), ("Debian:12".into(), None)].into(),
        ..Content::default()
    }
}

fn database() -> Database {
    Database::from_bytes(content().compile().unwrap()).unwrap()
}

#[test]
fn what_is_compiled_is_found_again() {
    let database = database();
    let entries: Vec<_> = database.entries("PyPI", "foo-bar").collect();
    let ids: Vec<&str> = entries.iter().map(|entry| entry.advisory().id()).collect();
    assert_eq!(ids, ["GHSA-1", "PYSEC-1"]);
    assert_eq!(entries[0].advisory().cluster(), entries[1].advisory().cluster());
    assert_eq!(entries[1].advisory().band(), Band::Critical);
    assert_eq!(entries[1].advisory().name(), "CVE-2020-0001");
    assert_eq!(entries[1].advisory().summary(), "about PYSEC-1");
    assert_eq!(entries[0].spans().map(|span| span.fixed).collect::<Vec<_>>(), [Some("1.1")]);
    assert_eq!(entries[0].versions().collect::<Vec<_>>(), ["9.9"]);
    let debian = database.entries("Debian:12", "foo").next().unwrap();
    assert!(debian.advisory().known_exploited() && !entries[0].advisory().known_exploited());
    assert_eq!(database.entries("Debian:11", "foo").count(), 0);
    assert_eq!(database.entries("PyPI", "gone").count(), 0, "withdrawn");
    assert_eq!(database.advisories(), 3);
    assert_eq!(database.coverage("PyPI").unwrap().as_of.unwrap().as_second(), 1_700_000_000);
    assert_eq!(database.coverage("Debian:12").unwrap().as_of, None);
    assert_eq!(database.coverage("npm"), None);
}

/// An advisory that nobody rated has what is said about the same vulnerability under another name.
#[test]
fn severities_are_shared_within_a_cluster() {
    let database = database();
    let ghsa = database.entries("PyPI", "foo-bar").find(|entry| entry.advisory().id() == "GHSA-1").unwrap();
    assert_eq!(ghsa.advisory().band(), Band::Critical);
    assert_eq!(ghsa.advisory().ratings().next().unwrap().standing, Standing::OtherScore);
}

#[test]
fn every_changed_byte_and_every_cut_is_noticed() {
    let bytes = content().compile().unwrap();
    for position in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[position] ^= 0x40;
        assert!(Database::from_bytes(changed).is_err(), "byte {position}");
        assert!(Database::from_bytes(bytes[..position].to_vec()).is_err(), "cut at {position}");
    }
    assert_eq!(Database::from_bytes(Vec::new()).unwrap_err(), Damage::NotADatabase);
    let mut other = bytes;
    other[8] = 9;
    assert_eq!(Database::from_bytes(other).unwrap_err(), Damage::Version(9));
}

/// A file whose checksum was made to fit, as an attacker would.
fn resealed(mut bytes: Vec<u8>) -> Vec<u8> {
    use sha2::{Digest as _, Sha256};
    let mut hash = Sha256::new_with_prefix(&bytes[..layout::CHECKSUM_AT]);
    hash.update(&bytes[layout::HEADER..]);
    bytes[layout::CHECKSUM_AT..layout::HEADER].copy_from_slice(&hash.finalize());
    bytes
}

#[test]
fn a_row_that_points_outside_is_refused_though_the_checksum_holds() {
    let bytes = content().compile().unwrap();
    let mut refused = 0;
    for position in (16..bytes.len() - 3).filter(|at| !(layout::CHECKSUM_AT..layout::HEADER).contains(at)) {
        let mut changed = bytes.clone();
        changed[position..position + 4].copy_from_slice(&[0xff; 4]);
        match Database::from_bytes(resealed(changed)) {
            Err(Damage::Row { .. }) => refused += 1,
            Err(other) => panic!("byte {position}: {other}"),
            Ok(database) => walk(&database),
        }
    }
    assert!(refused > 100, "only {refused} of the changes were refused");
}

/// Touches everything; none of it may panic or run on.
fn walk(database: &Database) {
    for (ecosystem, _) in database.ecosystems() {
        for name in ["foo", "foo-bar", ""] {
            for entry in database.entries(ecosystem, name) {
                let advisory = entry.advisory();
                assert!(entry.spans().count() + entry.versions().count() < 100);
                assert!(advisory.aliases().count() + advisory.ratings().count() < 100);
                assert!(advisory.id().len() + advisory.summary().len() + advisory.link().len() < 1000);
            }
        }
    }
}

proptest! {
    #[test]
    fn any_bytes_behind_a_good_checksum_are_safe(tail in proptest::collection::vec(any::<u8>(), 0..400), rows in any::<[u8; 64]>()) {
        let mut bytes = layout::MAGIC.to_vec();
        bytes.extend(layout::VERSION.to_le_bytes());
        bytes.extend([0; 4]);
        bytes.extend(rows);
        bytes.extend([0; 32]);
        bytes.extend(tail);
        if let Ok(database) = Database::from_bytes(resealed(bytes)) {
            walk(&database);
        }
    }
}

#[test]
fn the_demonstration_data_says_what_it_is() {
    let database = Database::demonstration().unwrap();
    assert!(database.is_demonstration() && database.facts().demonstration);
    assert_eq!(database.advisories(), 12);
    for ecosystem in ["Debian:10", "Debian:11", "Debian:12", "Alpine:v3.18", "PyPI", "npm"] {
        assert!(database.coverage(ecosystem).unwrap().as_of.is_some(), "{ecosystem}");
    }
    assert_eq!(database.digest(), Database::demonstration().unwrap().digest());
}
