//! The importer and the matching over real advisories, read in place from the folder of shared data.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::LazyLock;

use assay_checks::security::database::Database;
use assay_checks::security::import::{Options, Summary, import};
use assay_checks::security::inventory::{Distribution, Inventory, Kind, Package};
use assay_checks::security::{SecurityResult, judge};
use assay_core::{Code, Policy, Severity};

use crate::now;

const ALL: [&str; 8] = [
    "PyPI.jsonl.zst",
    "Go.jsonl.zst",
    "Bitnami.jsonl.zst",
    "AlmaLinux.jsonl.zst",
    "Debian_12.jsonl.zst",
    "npm.jsonl.zst",
    "known_exploited_vulnerabilities.json.zst",
    "cve-severity.json.zst",
];

/// The shared data, or nothing when the caller said that there is none. Its silent absence would be a test that cannot
/// fail.
fn shared(names: &[&str]) -> Option<Vec<PathBuf>> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/advisories");
    if folder.is_dir() {
        return Some(names.iter().map(|name| folder.join(name)).collect());
    }
    let excused = std::env::var_os("ASSAY_NO_SHARED_DATA").is_some_and(|value| value == "1");
    let missing = format!("the real advisories are missing: {} is no folder", folder.display());
    assert!(excused, "{missing}; set ASSAY_NO_SHARED_DATA=1 to go without");
    println!("NOT TESTED: {missing}");
    None
}

struct Imported {
    summary: Summary,
    database: Database,
    bytes: Vec<u8>,
}

fn imported(names: &[&str], options: &Options) -> Option<Imported> {
    let sources = shared(names)?;
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("database");
    let summary = import(&sources, &target, options).unwrap();
    let bytes = std::fs::read(&target).unwrap();
    Some(Imported { summary, database: Database::open(&target).unwrap(), bytes })
}

fn dated() -> Options {
    Options { as_of: Some(now()), ..Options::at(now()) }
}

static EVERYTHING: LazyLock<Option<Imported>> = LazyLock::new(|| imported(&ALL, &dated()));

/// Documents, withdrawn, advisories by ecosystem, and the state the data tells of itself.
type Counts = (&'static str, u64, u64, &'static [(&'static str, u64)], Option<&'static str>);

/// The first two numbers are those of the data's README. Fewer advisories than documents less withdrawn have an
/// ecosystem when some name no versions (PyPI) or came twice (AlmaLinux).
const COUNTS: [Counts; 5] = [
    // Two records of this file are dated 2027; they do not make it look fresh.
    ("PyPI.jsonl.zst", 7080, 269, &[("PyPI", 6800)], Some("2026-07-23")),
    ("Go.jsonl.zst", 4291, 17, &[("Go", 4274)], None),
    ("Bitnami.jsonl.zst", 7444, 0, &[("Bitnami", 7444)], Some("2026-08-01")),
    (
        "AlmaLinux.jsonl.zst",
        5680,
        0,
        &[("AlmaLinux:10", 660), ("AlmaLinux:8", 3237), ("AlmaLinux:9", 1783)],
        Some("2026-08-21"),
    ),
    ("Debian_12.jsonl.zst", 10157, 0, &[("Debian:12", 10157)], None),
];

#[test]
fn every_file_is_imported_whole() {
    for (name, documents, withdrawn, ecosystems, as_of) in COUNTS {
        let Some(Imported { summary, database, .. }) = imported(&[name], &Options::at(now())) else { return };
        assert_eq!((summary.documents, summary.withdrawn, summary.bad), (documents, withdrawn, 0), "{name}");
        let found: Vec<(&str, u64)> =
            summary.ecosystems.iter().map(|(name, count)| (name.as_str(), *count)).collect();
        assert_eq!(found, ecosystems, "{name}");
        assert_eq!(database.advisories(), documents - withdrawn - summary.duplicates, "{name}");
        for (ecosystem, _) in ecosystems {
            let told = database.coverage(ecosystem).unwrap().as_of.map(|time| time.to_string());
            assert_eq!(told.as_deref().map(|time| &time[..10]), as_of, "{name} {ecosystem}");
        }
    }
}

#[test]
fn lists_of_severities_and_exploits_are_recognised() {
    let Some(Imported { summary, .. }) = EVERYTHING.as_ref() else { return };
    assert_eq!(summary.known_exploited, 1404);
    // 16,444 keys, of which four are no CVE names (`CVE-2014-4671A`, a date, a placeholder) or have no severity.
    assert_eq!(summary.rated, 16_440);
    let reasons: BTreeMap<&str, usize> = summary.examples.iter().fold(BTreeMap::new(), |mut counts, bad| {
        *counts.entry(if bad.source.contains("npm") { "npm" } else { "severity" }).or_default() += 1;
        counts
    });
    assert_eq!((summary.bad, reasons), (8, BTreeMap::from([("npm", 4), ("severity", 4)])));
}

#[test]
fn the_same_sources_make_the_same_bytes_in_any_order() {
    let Some(first) = EVERYTHING.as_ref() else { return };
    let mut backwards = ALL;
    backwards.reverse();
    let second = imported(&backwards, &dated()).unwrap();
    assert!(first.bytes == second.bytes, "the order of the sources shows in the database");
    assert_eq!(first.summary.digest, second.summary.digest);
}

fn package(kind: Kind, name: &str, version: &str) -> Package {
    Package {
        kind,
        name: name.into(),
        version: version.into(),
        source: name.into(),
        source_version: version.into(),
        architecture: String::new(),
        path: format!("/{name}"),
        layer: None,
        owner: None,
    }
}

fn judged(database: &Database, kind: Kind, name: &str, version: &str) -> SecurityResult {
    let inventory = Inventory {
        packages: vec![package(kind, name, version)],
        distribution: Distribution::read(b"ID=debian\nVERSION_ID=\"12\"\n"),
        ..Inventory::default()
    };
    judge(&inventory, Some(database), &Policy::default(), now())
}

/// The expected names for PyPI are those that Python's `packaging` gives by the evaluation algorithm of the OSV
/// specification over the same file.
const KNOWN: &[(Kind, &str, &str, &str)] = &[
    (
        Kind::Python,
        "Django",
        "3.2.4",
        "CVE-2021-35042 CVE-2021-44420 CVE-2021-45115 CVE-2021-45116 CVE-2021-45452 CVE-2022-22818 CVE-2022-23833 \
         CVE-2022-28346 CVE-2022-28347 CVE-2022-34265 CVE-2022-36359 CVE-2022-41323 CVE-2023-23969 CVE-2023-24580 \
         CVE-2023-31047 CVE-2023-36053 CVE-2023-41164 CVE-2023-43665 CVE-2023-46695 CVE-2024-24680 CVE-2024-27351 \
         CVE-2024-45231",
    ),
    (
        Kind::Python,
        "requests",
        "2.19.1",
        "CVE-2018-18074 CVE-2023-32681 CVE-2024-35195 CVE-2024-47081 CVE-2026-25645",
    ),
    (
        Kind::Python,
        "Pillow",
        "9.3.0",
        "CVE-2023-44271 CVE-2023-4863 CVE-2023-50447 CVE-2024-28219 CVE-2026-42308 CVE-2026-42310 CVE-2026-54058 \
         CVE-2026-54059 CVE-2026-54060 CVE-2026-55379 CVE-2026-55380 CVE-2026-55798 CVE-2026-59197 CVE-2026-59198 \
         CVE-2026-59199 CVE-2026-59200 CVE-2026-59204 CVE-2026-59205 PYSEC-2023-175",
    ),
    (
        Kind::Python,
        "Jinja2",
        "2.10",
        "CVE-2019-10906 CVE-2020-28493 CVE-2024-22195 CVE-2024-34064 CVE-2024-56326 CVE-2025-27516",
    ),
    (Kind::Node, "lodash", "4.17.4", "CVE-2018-16487 CVE-2018-3721"),
    (Kind::Deb, "curl", "7.88.1-10+deb12u3", "CVE-2023-38545 CVE-2023-38546 CVE-2023-46218 CVE-2023-46219"),
    (Kind::Deb, "curl", "7.88.1-10+deb12u5", ""),
];

#[test]
fn known_packages_have_exactly_their_vulnerabilities() {
    let Some(Imported { database, .. }) = EVERYTHING.as_ref() else { return };
    for (kind, name, version, expected) in KNOWN {
        let result = judged(database, *kind, name, version);
        let mut found: Vec<&str> = result.vulnerabilities.iter().map(|v| v.name.as_str()).collect();
        found.sort_unstable();
        assert_eq!(found, expected.split_whitespace().collect::<Vec<_>>(), "{name} {version}");
    }
}

/// The ranges of these records name their later branch first. Swept in the order of the file, the end of the earlier
/// branch would clear these versions.
#[test]
fn unsorted_events_of_real_records_are_sorted() {
    let Some(Imported { database, .. }) = EVERYTHING.as_ref() else { return };
    let cases = [
        ("django", "4.0.1", "CVE-2022-28346", "4.0.4"),
        ("urllib3", "2.0.5", "CVE-2023-43804", "2.0.6"),
        ("wagtail", "6.0.5", "CVE-2024-39317", "6.0.6"),
    ];
    for (name, version, cve, fixed) in cases {
        let result = judged(database, Kind::Python, name, version);
        let found = result.vulnerabilities.iter().find(|v| v.name == cve).map(|v| v.fixed_by.as_str());
        assert_eq!(found, Some(fixed), "{name} {version}");
    }
}

#[test]
fn the_known_exploited_and_the_unrated_are_told() {
    let Some(Imported { database, .. }) = EVERYTHING.as_ref() else { return };
    let pillow = judged(database, Kind::Python, "pillow", "9.3.0");
    let against =
        |code: Code| pillow.findings.iter().find(move |f| f.code == code && f.severity == Severity::Error);
    assert!(against(Code::SEC_001).unwrap().observed.contains("CVE-2023-50447 (critical"));
    assert!(against(Code::SEC_003).unwrap().observed.contains("CVE-2023-4863"));
    assert!(against(Code::SEC_004).is_none());
    let curl = judged(database, Kind::Deb, "curl", "7.88.1-10+deb12u3");
    assert_eq!(curl.facts.unrated, 1);
    let warning = curl.findings.iter().find(|finding| finding.severity == Severity::Warning).unwrap();
    assert!(warning.observed.contains("no source rates it"), "{}", warning.observed);
}
