//! Turns what was found, and what could not be looked at, into findings.

mod completeness;
mod facts;
mod freshness;
mod vulnerable;

use assay_core::{Code, Finding, Place, Policy};
use jiff::Timestamp;

use super::SecurityResult;
use super::database::Database;
use super::inventory::Inventory;
use super::matching;

/// The whole judgement over one image.
pub(super) fn judge(
    inventory: &Inventory,
    database: Option<&Database>,
    policy: &Policy,
    now: Timestamp,
) -> SecurityResult {
    let matches = database.map(|database| matching::run(inventory, database)).unwrap_or_default();
    let mut findings = vulnerable::findings(inventory, &matches, &policy.thresholds);
    findings.extend(completeness::findings(inventory, &matches));
    match database {
        Some(database) => findings.extend(freshness::findings(database, &matches, policy, now)),
        None => findings.push(no_database()),
    }
    // Stable: within one weight the order above, which is by code and then by how bad it is.
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    SecurityResult {
        findings,
        facts: facts::facts(inventory, database, &matches),
        vulnerabilities: facts::vulnerabilities(inventory, &matches),
    }
}

fn no_database() -> Finding {
    let expected = "a vulnerability database to hold the packages against";
    Finding::error(Code::SEC_004, "there is no vulnerability database, so no package was assessed", expected).fix(
        "load advisories with `assay db import PATH`, or the demonstration data of the samples; `--without security` \
         leaves this check out and says so in the report",
    )
}

fn place(path: &str, layer: Option<&assay_core::Digest>) -> Place {
    Place { layer: layer.cloned(), ..Place::path(path) }
}
