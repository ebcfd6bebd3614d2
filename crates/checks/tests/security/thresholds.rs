//! Which vulnerabilities stand against an engine is the policy's to say.

use assay_checks::security::import::{Options, import};
use assay_checks::security::{Database, SecurityResult};
use assay_core::policy::{Grade, Thresholds};
use assay_core::{Code, Policy, Severity};

use crate::{STATUS, debian, scan_under, stanza};

const CRITICAL: &str = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H";
const HIGH: &str = "CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H";

/// Advisories for four Debian packages: of both severities, with a fix and without.
fn database() -> (tempfile::TempDir, Database) {
    let record = |name: &str, score: &str, fixed: &str| {
        format!(
            r#"{{"id": "CVE-2026-{name}", "modified": "2026-11-22T00:00:00Z", "severity": [{{"type": "CVSS_V3", "score": "{score}"}}], "affected": [{{"package": {{"ecosystem": "Debian:12", "name": "{name}"}}, "ranges": [{{"type": "ECOSYSTEM", "events": [{{"introduced": "0"}}{fixed}]}}]}}]}}"#
        )
    };
    let fixed = r#", {"fixed": "9"}"#;
    let lines = [
        record("bad", CRITICAL, fixed),
        record("poor", HIGH, fixed),
        record("worse", CRITICAL, ""),
        record("meagre", HIGH, ""),
    ];
    let home = tempfile::tempdir().unwrap();
    let source = home.path().join("a.jsonl");
    std::fs::write(&source, lines.join("\n")).unwrap();
    let target = home.path().join("database");
    let options = Options::at("2026-11-23T00:00:00Z".parse().unwrap());
    import(&[source], &target, &options).unwrap();
    let database = Database::open(&target).unwrap();
    (home, database)
}

fn under(thresholds: Thresholds) -> SecurityResult {
    let (_home, database) = database();
    let packages = ["bad", "poor", "worse", "meagre"].map(|name| stanza(name, "1", "")).concat();
    let policy = Policy { thresholds, ..Policy::default() };
    scan_under(&policy, vec![debian("12").file(STATUS, packages, 0o644)], Some(&database))
}

fn told(result: &SecurityResult, code: Code) -> Vec<(Severity, String)> {
    let of_it = result.findings.iter().filter(|one| one.code == code && one.severity > Severity::Info);
    of_it.map(|one| (one.severity, one.observed.split(' ').next().unwrap().to_owned())).collect()
}

fn error(name: &str) -> (Severity, String) {
    (Severity::Error, name.to_owned())
}

#[test]
fn only_critical_ones_count_unless_the_policy_says_otherwise() {
    let usual = under(Thresholds::default());
    assert_eq!(told(&usual, Code::SEC_001), [error("bad")]);
    assert_eq!(told(&usual, Code::SEC_002), [error("worse")]);
    let rest = usual.findings.iter().find(|one| one.severity == Severity::Info && one.code == Code::SEC_001);
    assert!(rest.unwrap().observed.contains("2 high"), "{rest:?}");
}

#[test]
fn the_line_is_drawn_for_each_kind_apart() {
    let result = under(Thresholds { fixed_vulnerability: Grade::High, ..Thresholds::default() });
    let mut fixed = told(&result, Code::SEC_001);
    fixed.sort();
    assert_eq!(fixed, [error("bad"), error("poor")]);
    let expected = &result.findings.iter().find(|one| one.code == Code::SEC_001).unwrap().expected;
    assert_eq!(expected, "no vulnerability of severity high or above with a fix available");
    assert_eq!(told(&result, Code::SEC_002), [error("worse")]);
    let result = under(Thresholds { unfixed_vulnerability: Grade::High, ..Thresholds::default() });
    assert_eq!(told(&result, Code::SEC_002).len(), 2);
}

#[test]
fn as_many_as_are_tolerated_are_only_warned_of() {
    let at_most = |unfixed_at_most| {
        let unfixed_vulnerability = Grade::High;
        under(Thresholds { unfixed_vulnerability, unfixed_at_most, ..Thresholds::default() })
    };
    let severities = |result: &SecurityResult| {
        told(result, Code::SEC_002).into_iter().map(|(severity, _)| severity).collect::<Vec<_>>()
    };
    assert_eq!(severities(&at_most(2)), [Severity::Warning, Severity::Warning]);
    assert_eq!(severities(&at_most(1)), [Severity::Error, Severity::Error]);
}
