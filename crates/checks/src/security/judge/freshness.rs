//! Whether the database is fit to judge by: covers what is needed, and is young enough.

use assay_core::{Code, Finding, Policy};
use jiff::{SignedDuration, Timestamp};

use crate::security::database::Database;
use crate::security::matching::Matches;

/// A clock may be off by this much before data from the future is taken for what it is: wrongly dated.
const CLOCK_TOLERANCE: SignedDuration = SignedDuration::from_hours(48);
const EXPECTED: &str = "current advisories for every distribution and language found";

/// Findings about the database itself.
pub(super) fn findings(
    database: &Database,
    matches: &Matches,
    policy: &Policy,
    now: Timestamp,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    if database.is_demonstration() {
        findings.push(demonstration(database));
    }
    for (ecosystem, covered) in &matches.needed {
        if !covered {
            findings.push(not_covered(database, ecosystem));
        } else if !database.is_demonstration() {
            findings.extend(age(database, ecosystem, policy, now));
        }
    }
    findings
}

fn demonstration(database: &Database) -> Finding {
    let observed = format!(
        "judged by the demonstration data: {} well-known vulnerabilities, no more; a pass says nothing about others",
        database.advisories()
    );
    Finding::warning(Code::SEC_004, observed, EXPECTED)
        .fix("before you rely on a verdict, load current advisories with `assay db import PATH`")
}

fn not_covered(database: &Database, ecosystem: &str) -> Finding {
    let names: Vec<&str> = database.ecosystems().map(|(name, _)| name).take(20).collect();
    let observed = format!(
        "the database has no advisories for {ecosystem}; it covers {}",
        or_nothing(&names.join(", "))
    );
    Finding::error(Code::SEC_004, observed, EXPECTED)
        .fix(format!("import the OSV data of {ecosystem} with `assay db import`, along with what you have"))
}

fn or_nothing(names: &str) -> &str {
    if names.is_empty() { "nothing" } else { names }
}

fn age(database: &Database, ecosystem: &str, policy: &Policy, now: Timestamp) -> Option<Finding> {
    let limits = &policy.limits;
    let Some(as_of) = database.coverage(ecosystem)?.as_of else {
        let observed = format!("nothing tells of when the advisories for {ecosystem} are");
        return Some(Finding::error(Code::SEC_004, observed, EXPECTED).fix(
            "say it when you import: `assay db import --as-of 2026-11-22T00:00:00Z PATH`, the time the data was fetched",
        ));
    };
    let age = now.duration_since(as_of);
    if age < -CLOCK_TOLERANCE {
        let observed = format!("the advisories for {ecosystem} are dated {as_of}, later than now ({now})");
        let fix = "set the clock of this machine right, or import the data anew";
        return Some(Finding::error(Code::SEC_004, observed, EXPECTED).fix(fix));
    }
    let older_than = |hours: u64| age.as_hours().unsigned_abs() >= hours && age.is_positive();
    let observed = |limit: u64| {
        format!(
            "the advisories for {ecosystem} are of {as_of}, {} hours old; the limit is {limit}",
            age.as_hours()
        )
    };
    let fix = "fetch current data and load it with `assay db import`";
    if older_than(limits.database_stale_hours) {
        Some(Finding::error(Code::SEC_004, observed(limits.database_stale_hours), EXPECTED).fix(fix))
    } else if older_than(limits.database_ageing_hours) {
        Some(Finding::warning(Code::SEC_004, observed(limits.database_ageing_hours), EXPECTED).fix(fix))
    } else {
        None
    }
}
