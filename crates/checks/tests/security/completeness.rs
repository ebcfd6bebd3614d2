//! When the scan is whole, and what it says when it is not.

use assay_checks::security::Database;
use assay_checks::security::import::{Options, import};
use assay_core::Severity;
use assay_image::PackLayer;
use jiff::SignedDuration;

use crate::{STATUS, debian, demonstrated, errors, holds, metadata, now, scan, stanza};

#[test]
fn an_engine_from_scratch_passes_and_says_what_was_not_assessed() {
    let elf = [b"\x7fELF".as_slice(), &[0; 100]].concat();
    let layer = PackLayer::new().file("/engine", elf, 0o755).file("/run.sh", "#!/bin/sh\n".repeat(20), 0o755);
    let result = demonstrated(layer);
    assert_eq!(errors(&result), []);
    let told: Vec<&str> = result.findings.iter().map(|finding| finding.observed.as_str()).collect();
    assert!(told.contains(&"1 program carries no package data and is not assessed: /engine"), "{told:?}");
    assert_eq!(result.facts.distribution, "none");
}

#[test]
fn packages_of_systems_that_are_not_read_are_told() {
    let layer = PackLayer::new()
        .file("/app/log4j-core-2.14.0.jar", "PK", 0o644)
        .file("/app/x.war", "PK", 0o644)
        .file("/usr/lib/ruby/specifications/rack-1.gemspec", "", 0o644);
    let result = demonstrated(layer);
    assert_eq!(errors(&result), []);
    let told = result.findings.iter().find(|finding| finding.observed.starts_with("not assessed")).unwrap();
    assert_eq!(told.severity, Severity::Warning);
    assert!(told.observed.ends_with("2 Java archives, 1 Ruby gem"), "{}", told.observed);
}

#[test]
fn what_cannot_be_recognised_or_compared_holds() {
    let status = || stanza("bash", "5.2-1", "");
    holds(&demonstrated(debian("13").file(STATUS, status(), 0o644)), "no advisories for Debian:13");
    holds(&demonstrated(PackLayer::new().file(STATUS, status(), 0o644)), "no os-release");
    let fedora = PackLayer::new().file("/etc/os-release", "ID=fedora\nVERSION_ID=40\n", 0o644);
    holds(&demonstrated(fedora), "`Fedora 40`");
    let sid = PackLayer::new().file("/etc/os-release", "ID=debian\nVERSION_CODENAME=sid\n", 0o644);
    holds(&demonstrated(sid.file(STATUS, status(), 0o644)), "`Debian sid`");
    holds(&demonstrated(debian("12").file("/usr/lib/sysimage/rpm/rpmdb.sqlite", "x", 0o644)), "rpm");
    let odd = PackLayer::new().file("/app/django-1.dist-info/METADATA", metadata("Django", "latest"), 0o644);
    holds(&demonstrated(odd), "cannot be compared");
    holds(&scan(vec![debian("12").file(STATUS, status(), 0o644)], None), "no vulnerability database");
}

/// Fresh, ageing, stale, undated and dated in the future, by an injected clock.
#[test]
fn the_age_of_the_data_climbs_a_ladder() {
    let home = tempfile::tempdir().unwrap();
    let source = home.path().join("a.json");
    let advisory =
        r#"{"id": "X-1", "affected": [{"package": {"ecosystem": "PyPI", "name": "x"}, "versions": ["1"]}]}"#;
    std::fs::write(&source, advisory).unwrap();
    let layer = || PackLayer::new().file("/app/y-1.dist-info/METADATA", metadata("y", "1"), 0o644);
    let aged = |hours: Option<i64>| {
        let as_of = hours.map(|hours| now() - SignedDuration::from_hours(hours));
        let target = home.path().join("database");
        import(std::slice::from_ref(&source), &target, &Options { as_of, ..Options::at(now()) }).unwrap();
        scan(vec![layer()], Some(&Database::open(&target).unwrap()))
    };
    let severities = |hours| aged(hours).findings.iter().map(|finding| finding.severity).collect::<Vec<_>>();
    assert_eq!(severities(Some(71)), []);
    assert_eq!(severities(Some(72)), [Severity::Warning]);
    assert_eq!(severities(Some(119)), [Severity::Warning]);
    assert_eq!(severities(Some(120)), [Severity::Error]);
    assert_eq!(severities(Some(-24)), []);
    holds(&aged(Some(-72)), "later than now");
    holds(&aged(None), "nothing tells");
    holds(&aged(Some(200)), "200 hours old; the limit is 120");
}

/// Thousands of versions of a package that many advisories name: the scan ends, and says that it was cut.
#[test]
fn more_than_can_be_compared_holds() {
    let home = tempfile::tempdir().unwrap();
    let advisory = |n: u32| {
        format!(
            r#"{{"id": "X-{n}", "affected": [{{"package": {{"ecosystem": "Debian:12", "name": "x"}}, "versions": ["9"]}}]}}"#
        )
    };
    let source = home.path().join("a.jsonl");
    std::fs::write(&source, (0..1500).map(advisory).collect::<Vec<_>>().join("\n")).unwrap();
    let target = home.path().join("database");
    import(&[source], &target, &Options { as_of: Some(now()), ..Options::at(now()) }).unwrap();
    let status: String = (0..600).map(|n| stanza(&format!("x{n}"), "1", "Source: x\n")).collect();
    let result =
        scan(vec![debian("12").file(STATUS, status, 0o644)], Some(&Database::open(&target).unwrap()));
    holds(&result, "some packages were not assessed");
    assert_eq!((result.facts.packages["deb"].found, result.facts.packages["deb"].assessed), (600, 333));
}
