//! SEC-001 to SEC-003: vulnerabilities that stand against an engine, and the count of all others.

use std::collections::BTreeMap;

use assay_core::policy::Thresholds;
use assay_core::{Code, Finding, Place, Severity};

use super::place;
use crate::security::database::severity::Band;
use crate::security::inventory::Inventory;
use crate::security::matching::Hit;
use crate::security::matching::Matches;

/// Findings under one code that are shown one by one; all are in the list of vulnerabilities.
const SHOWN: usize = 100;

/// Findings about what was found, by code.
pub(super) fn findings(inventory: &Inventory, matches: &Matches, thresholds: &Thresholds) -> Vec<Finding> {
    let breaking = |code| {
        let breaks = move |hit: &&Hit| thresholds.broken(hit.band.grade(), hit.fixed.is_some()) == Some(code);
        matches.hits.iter().filter(breaks).collect::<Vec<_>>()
    };
    let exploited = matches.hits.iter().filter(|hit| hit.known_exploited).collect();
    let mut findings = standing(Code::SEC_001, breaking(Code::SEC_001), inventory);
    findings.extend(unfixed(breaking(Code::SEC_002), inventory, thresholds));
    findings.iter_mut().for_each(|finding| finding.expected = thresholds.expected(finding.code));
    findings.extend(standing(Code::SEC_003, exploited, inventory));
    findings.extend(unrated(matches));
    findings.extend(others(matches, thresholds));
    findings
}

/// Those without a fix; as few as the policy tolerates are only warned of.
fn unfixed(hits: Vec<&Hit>, inventory: &Inventory, thresholds: &Thresholds) -> Vec<Finding> {
    let tolerated = thresholds.tolerate_unfixed(hits.len());
    let mut findings = standing(Code::SEC_002, hits, inventory);
    if tolerated {
        findings.iter_mut().for_each(|finding| finding.severity = Severity::Warning);
    }
    findings
}

fn standing(code: Code, hits: Vec<&Hit>, inventory: &Inventory) -> Vec<Finding> {
    let mut findings: Vec<Finding> =
        hits.iter().take(SHOWN).map(|hit| against(code, hit, inventory)).collect();
    if hits.len() > SHOWN {
        let observed =
            format!("{} more of the same kind; all are listed as vulnerabilities", hits.len() - SHOWN);
        findings.push(Finding::error(code, observed, code.rule().checks));
    }
    findings
}

fn against(code: Code, hit: &Hit, inventory: &Inventory) -> Finding {
    let Some(package) = hit.packages.first() else {
        return Finding::error(code, hit.name.as_str(), code.rule().checks);
    };
    let known = if hit.known_exploited { ", known to be exploited" } else { "" };
    let summary = if hit.summary.is_empty() { String::new() } else { format!(": {}", hit.summary) };
    let observed = format!(
        "{} {} has {} ({}{known}){summary}",
        named(hit),
        package.source_version,
        hit.name,
        rated(hit)
    );
    let place = Place {
        package: Some(package.purl(&inventory.distribution)),
        ..place(&package.path, package.layer.as_ref())
    };
    Finding::error(code, observed, code.rule().checks).at(place).fix(mend(hit))
}

/// The source, and the packages built from it when they are called otherwise.
fn named(hit: &Hit) -> String {
    let source = hit.packages.first().map(|package| package.source.as_str()).unwrap_or_default();
    let mut names: Vec<&str> = hit.packages.iter().map(|package| package.name.as_str()).collect();
    names.dedup();
    match names.as_slice() {
        [one] if *one == source => source.to_owned(),
        names => format!("{source} ({})", names.join(", ")),
    }
}

fn rated(hit: &Hit) -> String {
    let band = hit.band.name().to_lowercase();
    match &hit.rating {
        Some(rating) => format!("{band} by {}: {}", rating.source, rating.text),
        None if hit.band == Band::Unrated => "no severity known".into(),
        None => band,
    }
}

fn mend(hit: &Hit) -> String {
    let Some(package) = hit.packages.first() else { return String::new() };
    let elsewhere = match hit.packages.len() {
        2 if !package.kind.of_system() => ", here and in one more place".into(),
        places @ 3.. if !package.kind.of_system() => format!(", here and in {} more places", places - 1),
        _ => String::new(),
    };
    match &hit.fixed {
        Some(fixed) => {
            format!("upgrade {} from {} to {fixed}{elsewhere}", package.source, package.source_version)
        }
        None => format!(
            "no version mends it yet: remove {}{elsewhere}, or ask for a waiver with a reason",
            package.source
        ),
    }
}

/// A gate that says "no criticals" must say how many it knows nothing about.
fn unrated(matches: &Matches) -> Option<Finding> {
    let hits: Vec<&Hit> =
        matches.hits.iter().filter(|hit| hit.band == Band::Unrated && hit.fixed.is_some()).collect();
    let first = hits.first()?;
    let told = match hits.len() {
        1 => "1 known vulnerability has a fix, but no source rates it; it may be critical".to_owned(),
        count => {
            format!("{count} known vulnerabilities have a fix, but no source rates them; any may be critical")
        }
    };
    let observed = format!("{told}: {} in {}", first.name, named(first));
    Some(
        Finding::warning(Code::SEC_001, observed, "every vulnerability has a severity to judge it by")
            .fix(format!("upgrade the packages listed as vulnerable; {}", mend(first))),
    )
}

fn others(matches: &Matches, thresholds: &Thresholds) -> Option<Finding> {
    let mut counts: BTreeMap<Band, usize> = BTreeMap::new();
    let told = |hit: &&Hit| thresholds.broken(hit.band.grade(), hit.fixed.is_some()).is_some();
    for hit in matches.hits.iter().filter(|hit| !told(hit)) {
        *counts.entry(hit.band).or_default() += 1;
    }
    let count = |band: &Band| counts.get(band).map(|count| format!("{count} {}", word(*band)));
    let told: Vec<String> = Band::ALL.iter().rev().filter_map(count).collect();
    (!told.is_empty()).then(|| {
        let observed = format!("other known vulnerabilities: {}", told.join(", "));
        Finding::info(Code::SEC_001, observed, "few known vulnerabilities of any severity")
            .fix("upgrade the packages listed as vulnerable when convenient")
    })
}

fn word(band: Band) -> String {
    if band == Band::Unrated { "without severity".into() } else { band.name().to_lowercase() }
}
