//! When the scan is whole, and what it says when it is not.

use assay_checks::security::import::{Options, import};
use assay_checks::security::{Database, SecurityResult};
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

/// The first bytes of a program, long enough to be one.
fn elf(note: &[u8]) -> Vec<u8> {
    [b"\x7fELF".as_slice(), &[0; 100], note, &[0; 100]].concat()
}

#[test]
fn a_distribution_without_its_records_holds() {
    let signs = [
        "/etc/debian_version",
        "/etc/apk/world",
        "/lib64/ld-linux-x86-64.so.2",
        "/lib/ld-musl-x86_64.so.1",
        "/usr/lib/x86_64-linux-gnu/libc.so.6",
        "/opt/hidden/libc.so.6",
    ];
    for sign in signs {
        let layer = PackLayer::new().file("/usr/bin/bash", elf(b""), 0o755).file(sign, elf(b""), 0o644);
        holds(&demonstrated(layer), "parts of a distribution but no package records");
    }
    let emptied = PackLayer::new().file("/lib64/ld-linux-x86-64.so.2", elf(b""), 0o755);
    holds(&demonstrated(emptied.file(STATUS, "", 0o644)), "parts of a distribution but no package records");
    let whole = debian("12").file(STATUS, stanza("bash", "5.2-1", ""), 0o644);
    assert_eq!(errors(&demonstrated(whole.file("/usr/lib/libc.so.6", elf(b""), 0o644))), []);
}

#[test]
fn libraries_count_whatever_their_mode() {
    let layer = PackLayer::new()
        .file("/usr/lib/libx.so.1", elf(b""), 0o644)
        .file("/opt/lib/y.so", elf(b""), 0o600)
        .file("/data/z.so", elf(b""), 0o644)
        .file("/usr/lib/script.so", "INPUT(libx.so.1)".repeat(9), 0o644);
    let told = told(&demonstrated(layer));
    let expected =
        "2 programs carry no package data and are not assessed: /opt/lib/y.so, /usr/lib/libx.so.1".to_owned();
    assert!(told.contains(&expected), "{told:?}");
}

fn told(result: &SecurityResult) -> Vec<String> {
    result.findings.iter().map(|finding| finding.observed.clone()).collect()
}

fn not_assessed(layer: PackLayer) -> Option<String> {
    let result = demonstrated(layer);
    let found = result.findings.iter().find(|finding| finding.observed.starts_with("not assessed"))?;
    assert_eq!(found.severity, Severity::Warning);
    Some(found.observed.rsplit(": ").next().unwrap().to_owned())
}

#[test]
fn every_unread_kind_of_package_is_told() {
    let package = r#"{"name": "left", "version": "1.0.0"}"#;
    let one = |path: &str, bytes: &str| not_assessed(PackLayer::new().file(path, bytes, 0o644));
    assert_eq!(one("/app/x-1-py3-none-any.whl", "PK").as_deref(), Some("1 Python wheel"));
    assert_eq!(one("/app/x.pyz", "PK").as_deref(), Some("1 Python zip application"));
    assert_eq!(one("/opt/conda/conda-meta/zlib-1.json", "{}").as_deref(), Some("1 conda package"));
    assert_eq!(one("/app/package-lock.json", "{}").as_deref(), Some("1 Node lock file"));
    assert_eq!(one("/app/yarn.lock", "").as_deref(), Some("1 Node lock file"));
    assert_eq!(one("/app/vendor/left/package.json", package).as_deref(), Some("1 bundled Node package"));
    assert_eq!(one("/app/package.json", r#"{"type": "module"}"#), None);
    assert_eq!(one("/app/node_modules/left/package.json", package), None);
    let go = PackLayer::new().file("/engine", elf(b"\x04\0\0\0\x53\0\0\0\x04\0\0\0Go\0\0"), 0o755);
    assert_eq!(not_assessed(go).as_deref(), Some("1 Go program"));
}

/// A program's own files beside its installed packages say nothing new, and a distribution answers for what it lists.
#[test]
fn what_is_read_elsewhere_is_not_told_as_unread() {
    let package = r#"{"name": "left", "version": "1.0.0"}"#;
    let installed = PackLayer::new()
        .file("/app/package.json", package, 0o644)
        .file("/app/package-lock.json", "{}", 0o644)
        .file("/app/node_modules/left/package.json", package, 0o644);
    assert_eq!(not_assessed(installed), None);
    let listed = "/usr/share/nodejs/left/package.json\n/usr/share/python-wheels/pip.whl\n";
    let owned = debian("12")
        .file(STATUS, stanza("node-left", "1.0.0-1", ""), 0o644)
        .file("/var/lib/dpkg/info/node-left.list", listed, 0o644)
        .file("/usr/share/nodejs/left/package.json", package, 0o644)
        .file("/usr/share/python-wheels/pip.whl", "PK", 0o644);
    assert_eq!(not_assessed(owned), None);
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
