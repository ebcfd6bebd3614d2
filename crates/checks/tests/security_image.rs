//! The security check over images: made, packed and opened like any other.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use assay_checks::security::{Database, SecurityResult, check};
use assay_core::{Code, Policy, Severity, Silent};
use assay_image::{OpenOptions, PackLayer, PackSpec, Store};
use jiff::{SignedDuration, Timestamp};
use md5::{Digest as _, Md5};

fn now() -> Timestamp {
    "2026-11-23T12:00:00Z".parse().unwrap()
}

fn scan(layers: Vec<PackLayer>, database: Option<&Database>) -> SecurityResult {
    let home = tempfile::tempdir().unwrap();
    let spec = layers.into_iter().fold(PackSpec::new(), PackSpec::layer).entrypoint(["/engine"]);
    let layout = home.path().join("image");
    assay_image::pack(&spec, &layout).unwrap();
    let store = Store::open(&home.path().join("store")).unwrap();
    let opened =
        assay_image::open(layout.to_str().unwrap(), &OpenOptions::default(), &store, &Silent).unwrap();
    check(&opened.image.unwrap().view, database, &Policy::default(), now())
}

/// The scan of one layer by the demonstration data.
fn demonstrated(layer: PackLayer) -> SecurityResult {
    scan(vec![layer], Some(&Database::demonstration().unwrap()))
}

fn errors(result: &SecurityResult) -> Vec<(Code, &str)> {
    let errors = result.findings.iter().filter(|finding| finding.severity == Severity::Error);
    errors.map(|finding| (finding.code, finding.observed.as_str())).collect()
}

/// Every SEC-004 error names this, and there is at least one.
fn holds(result: &SecurityResult, words: &str) {
    let held: Vec<(Code, &str)> = errors(result);
    assert!(
        held.iter().any(|(code, observed)| *code == Code::SEC_004 && observed.contains(words)),
        "{held:?}"
    );
}

const STATUS: &str = "/var/lib/dpkg/status";

fn debian(release: &str) -> PackLayer {
    let text = format!("PRETTY_NAME=\"Debian\"\nID=debian\nVERSION_ID=\"{release}\"\n");
    PackLayer::new()
        .file("/usr/lib/os-release", text, 0o644)
        .symlink("/etc/os-release", "../usr/lib/os-release")
}

fn stanza(name: &str, version: &str, more: &str) -> String {
    format!(
        "Package: {name}\nStatus: install ok installed\nArchitecture: amd64\nVersion: {version}\n{more}Description: x\n y\n\n"
    )
}

fn sum(bytes: &str) -> String {
    Md5::digest(bytes.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn metadata(name: &str, version: &str) -> String {
    format!("Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n\nName: not me\n")
}

#[test]
fn an_old_openssl_stands_against_the_engine_with_the_version_that_mends_it() {
    let status =
        stanza("libssl3", "3.0.9-1+b1", "Source: openssl (3.0.9-1)\n") + &stanza("openssl", "3.0.9-1", "");
    let result = demonstrated(debian("12").file(STATUS, status, 0o644));
    let against: Vec<_> =
        result.findings.iter().filter(|finding| finding.severity == Severity::Error).collect();
    assert_eq!(against.len(), 1, "{:?}", errors(&result));
    assert_eq!(against[0].code, Code::SEC_001);
    assert_eq!(against[0].fix, "upgrade openssl from 3.0.9-1 to 3.0.15-1~deb12u1");
    assert!(
        against[0].observed.starts_with("openssl (libssl3, openssl) 3.0.9-1 has CVE-2024-5535 (critical")
    );
    assert_eq!(against[0].place.package.as_deref(), Some("pkg:deb/debian/libssl3@3.0.9-1%2Bb1?arch=amd64"));
    assert_eq!(against[0].place.path.as_deref(), Some(STATUS));
    assert!(against[0].place.layer.is_some());
    assert_eq!(result.vulnerabilities.len(), 2);
    assert_eq!(result.facts.distribution, "Debian 12");
    assert_eq!((result.facts.packages["deb"].found, result.facts.packages["deb"].assessed), (2, 2));
}

#[test]
fn a_mended_base_passes_with_a_word_about_the_demonstration_data() {
    let result = demonstrated(debian("12").file(STATUS, stanza("openssl", "3.0.15-1~deb12u1", ""), 0o644));
    assert_eq!(errors(&result), []);
    let warnings: Vec<_> = result.findings.iter().filter(|f| f.severity == Severity::Warning).collect();
    assert_eq!(warnings.len(), 1);
    assert!(warnings[0].observed.contains("demonstration data"), "{}", warnings[0].observed);
}

#[test]
fn only_packages_whose_files_are_there_count() {
    let removed =
        stanza("openssl", "3.0.9-1", "").replace("install ok installed", "deinstall ok config-files");
    let half =
        stanza("curl", "7.88.1-10", "").replace("install ok installed", "install reinstreq half-installed");
    let result = demonstrated(debian("12").file(STATUS, removed + &half, 0o644));
    assert_eq!(errors(&result).len(), 1);
    assert!(errors(&result)[0].1.contains("CVE-2023-38545"));
}

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

#[test]
fn a_database_that_was_tampered_with_holds() {
    let bash = || stanza("bash", "5.2-1", "");
    let with = |status: &str| debian("12").file(STATUS, status, 0o644);
    holds(&demonstrated(debian("12")), "is missing");
    holds(&demonstrated(with("")), "names no installed package");
    holds(&demonstrated(with(&bash()[..30])), "breaks off");
    holds(&demonstrated(with("Package: bash\nStatus: install ok installed\n\n")), "no single `Version`");
    holds(&demonstrated(with(&bash().replace("Version:", "Version: 9\nVersion:"))), "no single `Version`");
    let list = "/var/lib/dpkg/info/openssl.list";
    holds(&demonstrated(with(&bash()).file(list, "/.\n", 0o644)), "file lists of `openssl`, but no record");
    let sums = "/var/lib/dpkg/info/bash.md5sums";
    let absent = format!("{}  bin/bash\n", sum("x"));
    holds(&demonstrated(with(&bash()).file(sums, absent.clone(), 0o644)), "none of the files");
    let removed =
        bash().replace("install ok installed", "deinstall ok config-files") + &stanza("dash", "0.5-1", "");
    holds(
        &demonstrated(with(&removed).file(sums, absent, 0o644).file("/bin/bash", "x", 0o755)),
        "as removed",
    );
    holds(
        &demonstrated(with(&stanza("base-files", "11.1+deb11u9", ""))),
        "base-files has version 11.1+deb11u9",
    );
    holds(&demonstrated(with(&stanza("bash", "5.2-1+deb13u1", ""))), "built for a later release");
    let alpine = with(&bash()).file("/lib/apk/db/installed", "P:musl\nV:1.2-r0\n\n", 0o644);
    holds(&demonstrated(alpine), "has a database of apk");
}

#[test]
fn a_vendors_package_is_left_to_the_vendor_only_with_a_true_sum() {
    let record = "/usr/lib/python3/dist-packages/Django-3.2.4.egg-info/PKG-INFO";
    let text = metadata("Django", "3.2.4");
    let layer = |version: &str, sums: String| {
        debian("12")
            .file(STATUS, stanza("python3-django", version, "Source: python-django\n"), 0o644)
            .file("/var/lib/dpkg/info/python3-django.md5sums", sums, 0o644)
            .file("/var/lib/dpkg/info/python3-django.list", format!("{record}\n"), 0o644)
            .file(record, text.clone(), 0o644)
    };
    let line = |sum: String| format!("{sum}  {}\n", &record[1..]);
    let owned = demonstrated(layer("2:3.2.4-1+deb12u1", line(sum(&text))));
    assert_eq!(errors(&owned), []);
    assert_eq!((owned.facts.packages["pypi"].found, owned.facts.packages["pypi"].assessed), (1, 0));

    let forged = demonstrated(layer("2:3.2.4-1+deb12u1", line(sum("other bytes"))));
    holds(&forged, "is not the sum of its bytes");
    assert!(errors(&forged).iter().any(|(code, _)| *code == Code::SEC_001), "and it is assessed");
    let unsummed = demonstrated(layer("2:3.2.4-1+deb12u1", format!("{}  {}\n", sum("x"), &STATUS[1..])));
    holds(&unsummed, "its sums do not");
    let unrelated = demonstrated(layer("1.0-1", line(sum(&text))));
    assert_eq!(errors(&unrelated).len(), 1, "a true sum under a version that does not go with it: assessed");
}

/// The trick that made another scanner drop 254 of 270 findings: the file list of bash claims the application.
#[test]
fn a_forged_file_list_does_not_hide_the_application() {
    let record = "/opt/app/node_modules/lodash/package.json";
    let text = r#"{"name": "lodash", "version": "4.17.4"}"#;
    let layer = |record: &str| {
        let sums = format!("{}  bin/bash\n{}  {}\n", sum("x"), sum(text), &record[1..]);
        debian("12")
            .file(STATUS, stanza("bash", "5.2-1", ""), 0o644)
            .file("/var/lib/dpkg/info/bash.md5sums", sums, 0o644)
            .file("/var/lib/dpkg/info/bash.list", format!("/bin/bash\n{record}\n"), 0o644)
            .file("/bin/bash", "x", 0o755)
            .file(record, text, 0o644)
    };
    let found = demonstrated(layer(record));
    assert_eq!(errors(&found).len(), 1);
    assert!(errors(&found)[0].1.contains("CVE-2019-10744"), "{:?}", errors(&found));
    // Among the distribution's own folders, with a true sum: bash 5.2 still is no lodash 4.17.4.
    assert_eq!(errors(&demonstrated(layer("/usr/lib/node_modules/lodash/package.json"))).len(), 1);
}

#[test]
fn links_do_not_hide_packages_and_several_places_are_one_finding() {
    let lodash = r#"{"name": "lodash", "version": "4.17.4"}"#;
    let layer = PackLayer::new()
        .file("/store/a/lodash/package.json", lodash, 0o644)
        .symlink("/app/node_modules", "/store/a")
        .file("/store/b/package.json", lodash, 0o644)
        .symlink("/srv/node_modules/lodash", "/store/b")
        .file("/store/meta/METADATA", metadata("PyYAML", "5.3"), 0o644)
        .symlink("/lib/pyyaml-5.3.dist-info", "/store/meta");
    let found = demonstrated(layer);
    let told = errors(&found);
    assert_eq!(told.len(), 2, "{told:?}");
    let fix = |name: &str| found.findings.iter().find(|f| f.observed.contains(name)).unwrap().fix.clone();
    assert_eq!(fix("lodash"), "upgrade lodash from 4.17.4 to 4.17.12, here and in one more place");
    assert_eq!(fix("PyYAML"), "upgrade PyYAML from 5.3 to 5.4");
}

#[test]
fn distroless_and_alpine_records_are_read() {
    let record = "Package: libssl3\nSource: openssl\nVersion: 3.0.9-1\nArchitecture: amd64\n";
    let distroless = demonstrated(debian("12").file("/var/lib/dpkg/status.d/libssl3", record, 0o644));
    assert!(errors(&distroless)[0].1.contains("CVE-2024-5535"));
    let installed = "C:Q1x=\nP:libcurl\nV:8.1.2-r0\nA:x86_64\no:curl\nF:usr/lib\nR:libcurl.so.4\n\n";
    for place in ["/lib/apk/db/installed", "/usr/lib/apk/db/installed"] {
        let layer = PackLayer::new().file("/etc/os-release", "ID=alpine\nVERSION_ID=3.18.4\n", 0o644);
        let alpine = demonstrated(layer.file(place, installed, 0o644));
        assert!(
            errors(&alpine)[0].1.starts_with("curl (libcurl) 8.1.2-r0 has CVE-2023-38545"),
            "{:?}",
            errors(&alpine)
        );
    }
}

#[test]
fn the_layer_named_is_the_one_that_brought_the_record() {
    let first = PackLayer::new().file("/app/node_modules/x/package.json", "{}", 0o644);
    let second = PackLayer::new().file(
        "/app/node_modules/minimist/package.json",
        r#"{"name":"minimist","version":"0.0.8"}"#,
        0o644,
    );
    let third = PackLayer::new().whiteout("/app/node_modules/minimist");
    let database = Database::demonstration().unwrap();
    let shown = scan(vec![first.clone(), second.clone()], Some(&database));
    assert_eq!(shown.vulnerabilities.len(), 1);
    assert_eq!(shown.vulnerabilities[0].fixed_by, "0.2.4");
    assert_eq!(shown.vulnerabilities[0].layer, shown.findings[0].place.layer);
    assert!(shown.findings[0].place.layer.is_some());
    assert_eq!(scan(vec![first, second, third], Some(&database)).vulnerabilities, []);
}

/// Fresh, ageing, stale, undated and dated in the future, by an injected clock.
#[test]
fn the_age_of_the_data_climbs_a_ladder() {
    use assay_checks::security::import::{Options, import};
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
    use assay_checks::security::import::{Options, import};
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
