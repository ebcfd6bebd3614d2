//! The parsers on bytes: what they take, what they refuse, and that nothing makes them fall over.

use proptest::prelude::*;

use super::{Distribution, Kind, Package, apk, dpkg, node, python};

#[test]
fn dpkg_records_are_read_with_their_sources() {
    let text = b"Package: libssl3\nStatus: install ok installed\nSource: openssl (3.0.9-1)\nVersion: 3.0.9-1+b2\n\
        Architecture: amd64\nConffiles:\n /etc/x 00\nDescription: a\n Package: not me\n .\n\n\n\
        Package: bash\nStatus: hold ok unpacked\nVersion: 5.2.15-2+b7\nSource: bash\n\n\
        Package: gone\nStatus: deinstall ok config-files\nVersion: 1\n\nPackage: never\nStatus: purge ok not-installed\n";
    let reading = dpkg::read(text, true);
    assert_eq!(reading.problems, [] as [String; 0]);
    let told: Vec<_> = reading
        .records
        .iter()
        .map(|r| (r.name.as_str(), r.source.as_str(), r.source_version.as_str(), r.installed))
        .collect();
    let expected = [
        ("libssl3", "openssl", "3.0.9-1", true),
        ("bash", "bash", "5.2.15-2+b7", true),
        ("gone", "gone", "1", false),
    ];
    assert_eq!(told, expected);
}

#[test]
fn broken_dpkg_records_are_told() {
    let cases: &[(&str, &str)] = &[
        ("Package: a\nVersion: 1\n", "no single `Status`"),
        ("Package: a\nStatus: install ok maybe\nVersion: 1\n", "unknown `Status`"),
        (
            "Package: a\nPackage: b\nStatus: install ok installed\nVersion: 1\n",
            "no single, well-formed `Package`",
        ),
        ("Package: ../a\nStatus: install ok installed\nVersion: 1\n", "no single, well-formed `Package`"),
        (
            "Package: a\nStatus: install ok installed\nVersion: 1\nSource: b\nSource: c\n",
            "two `Source` fields",
        ),
        ("Package: a\nStatus: install ok installed\nVersion: 1\nnonsense\n", "no field (line 4)"),
        ("Package: a\nStatus: install ok installed\nVersion: 1", "breaks off"),
    ];
    for (text, problem) in cases {
        let problems = dpkg::read(text.as_bytes(), true).problems;
        assert!(problems.iter().any(|told| told.contains(problem)), "{text:?}: {problems:?}");
    }
    let distroless = dpkg::read(b"Package: a\nVersion: 1", false);
    assert_eq!((distroless.records.len(), distroless.problems.len()), (1, 0));
}

#[test]
fn apk_records_and_files_are_read() {
    let text = b"C:Q1\nP:libcrypto3\nV:3.1.4-r0\nA:x86_64\no:openssl\nF:lib\nR:libcrypto.so.3\nF:\nR:top\n\nP:broken\n\n";
    let reading = apk::read(text);
    assert_eq!(reading.records.len(), 1);
    assert_eq!(
        (reading.records[0].name.as_str(), reading.records[0].origin.as_str()),
        ("libcrypto3", "openssl")
    );
    assert_eq!(reading.problems.len(), 1);
    let files: Vec<String> = apk::files(text).into_iter().collect();
    assert_eq!(files, ["/lib/libcrypto.so.3", "/top"]);
}

#[test]
fn language_records_are_read() {
    let read = python::read(b"Metadata-Version: 2.1\r\nname: Jinja2\r\nVersion: 2.10\r\n\r\nVersion: 9\r\n")
        .unwrap();
    assert_eq!(read, ("Jinja2".into(), "2.10".into()));
    assert!(python::read(b"Name: x\n\nVersion: 1\n").is_err());
    assert!(python::read(b"Name: x\nVersion: 1\nVersion: 2\n").is_err());
    assert_eq!(
        node::read(b"\xef\xbb\xbf{\"name\":\"a\",\"version\":\"1\"}").unwrap(),
        Some(("a".into(), "1".into()))
    );
    assert_eq!(node::read(br#"{"type": "module"}"#).unwrap(), None);
    assert_eq!(node::read(br#"{"name": "a", "version": 1}"#).unwrap(), None);
    assert!(node::read(b"{").is_err());
    assert!(node::read(&[b"{\"a\":".repeat(500), b"1".to_vec()].concat()).is_err(), "nested too deeply");
    assert!(
        node::is_root("/a/node_modules/x/package.json") && node::is_root("/a/node_modules/@s/x/package.json")
    );
    assert!(!node::is_root("/a/node_modules/x/test/package.json") && !node::is_root("/package.json"));
}

#[test]
fn distributions_are_named_as_advisories_name_them() {
    let cases: &[(&str, &[&str], &str)] = &[
        ("ID=debian\nVERSION_ID=\"12\"\n", &["Debian:12"], "Debian 12"),
        ("ID='ubuntu'\nVERSION_ID=\"22.04\"\n", &["Ubuntu:22.04:LTS", "Ubuntu:22.04"], "Ubuntu 22.04"),
        ("ID=alpine\nVERSION_ID=3.19.1\n", &["Alpine:v3.19"], "Alpine 3.19.1"),
        ("ID=alpine\nVERSION_ID=3.20_alpha20240315\n", &[], "Alpine 3.20_alpha20240315"),
        ("ID=wolfi\nVERSION_ID=\"20230201\"\n", &["Wolfi"], "Wolfi 20230201"),
        ("ID=debian\nVERSION_CODENAME=trixie\n", &[], "Debian trixie"),
        ("ID=arch\n", &[], "Arch"),
    ];
    for (text, ecosystems, title) in cases {
        let distribution = Distribution::read(text.as_bytes());
        assert_eq!(
            (distribution.ecosystems().as_slice(), distribution.title().as_str()),
            (ecosystems.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>().as_slice(), *title)
        );
    }
    assert!(matches!(Distribution::read(b"NAME=x\n"), Distribution::Unreadable(_)));
}

#[test]
fn package_urls_follow_the_specification() {
    let package = |kind, name: &str, version: &str, architecture: &str| Package {
        kind,
        name: name.into(),
        version: version.into(),
        source: name.into(),
        source_version: version.into(),
        architecture: architecture.into(),
        path: "/x".into(),
        layer: None,
        owner: None,
    };
    let debian = Distribution::read(b"ID=debian\nVERSION_ID=12\n");
    let purl = |package: Package| package.purl(&debian);
    assert_eq!(
        purl(package(Kind::Deb, "curl", "7.88.1-10", "amd64")),
        "pkg:deb/debian/curl@7.88.1-10?arch=amd64"
    );
    assert_eq!(purl(package(Kind::Node, "@babel/core", "7.0.0", "")), "pkg:npm/%40babel/core@7.0.0");
    assert_eq!(purl(package(Kind::Python, "Django", "3.2.4", "")), "pkg:pypi/django@3.2.4");
}

proptest! {
    #[test]
    fn no_bytes_make_a_parser_fall_over(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let reading = dpkg::read(&bytes, true);
        prop_assert!(reading.records.len() <= bytes.len() && reading.problems.len() <= 22);
        prop_assert!(apk::read(&bytes).records.len() <= bytes.len());
        prop_assert!(apk::files(&bytes).len() <= bytes.len());
        let _ = (python::read(&bytes), node::read(&bytes), Distribution::read(&bytes));
    }

    #[test]
    fn no_lines_make_dpkg_lose_a_good_record(before in "([A-Z][a-z]{0,3}: ?[ -~]{0,20}\n| [ -~]{0,20}\n|[a-z]{0,4}\n){0,12}") {
        let good = "Package: openssl\nStatus: install ok installed\nVersion: 3.0.9-1\n\n";
        let reading = dpkg::read(format!("{before}\n\n{good}").as_bytes(), true);
        prop_assert!(reading.records.iter().any(|record| record.name == "openssl" && record.installed));
    }
}
