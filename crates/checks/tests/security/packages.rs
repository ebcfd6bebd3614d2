//! Packages of images by the demonstration data: what is found, where, and how it is mended.

use assay_checks::security::Database;
use assay_core::{Code, Severity};
use assay_image::PackLayer;

use crate::{STATUS, debian, demonstrated, errors, metadata, scan, stanza};

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
