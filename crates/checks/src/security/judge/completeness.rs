//! Whether everything in the image was looked at.

use assay_core::{Code, Finding, Severity};

use super::place;
use crate::security::inventory::{Distribution, Inventory, Trouble};
use crate::security::matching::Matches;

/// Findings of one kind that are shown one by one.
const SHOWN: usize = 50;

/// What could not be recognised, read or compared, and what is outside the reach of package records.
pub(super) fn findings(inventory: &Inventory, matches: &Matches) -> Vec<Finding> {
    let mut findings: Vec<Finding> = distribution(inventory).into_iter().collect();
    findings.extend(inventory.troubles.iter().take(SHOWN).map(trouble));
    if let Some(more) = inventory.troubles.len().checked_sub(SHOWN).filter(|more| *more > 0) {
        findings.push(more_troubles(more, inventory));
    }
    findings.extend(incomparable(matches));
    findings.extend(cut(matches));
    findings.extend(executables(inventory));
    findings.extend(unread(inventory));
    findings
}

fn distribution(inventory: &Inventory) -> Option<Finding> {
    let expected = "a distribution that Assay knows: Debian, Ubuntu, Alpine, Wolfi or Chainguard, or an image from scratch";
    let observed = match &inventory.distribution {
        Distribution::None if inventory.packages.iter().any(|package| package.kind.of_system()) => {
            "the image has packages of a distribution, but no os-release that says which".to_owned()
        }
        Distribution::None => return None,
        Distribution::Unreadable(why) => format!("os-release cannot be read: {why}"),
        known if !known.ecosystems().is_empty() => return None,
        unknown => format!("no advisories are known for the distribution `{}`", unknown.title()),
    };
    let finding = Finding::error(Code::SEC_004, observed, expected).at(place("/etc/os-release", None));
    Some(finding.fix("build the engine on a base whose packages can be assessed"))
}

fn trouble(trouble: &Trouble) -> Finding {
    let severity = if trouble.holds { Severity::Error } else { Severity::Warning };
    let mut finding = Finding::error(Code::SEC_004, trouble.observed.as_str(), trouble.expected)
        .at(place(&trouble.path, trouble.layer.as_ref()))
        .fix(trouble.fix);
    finding.severity = severity;
    finding
}

fn more_troubles(more: usize, inventory: &Inventory) -> Finding {
    let holds = inventory.troubles.iter().skip(SHOWN).any(|trouble| trouble.holds);
    let observed = format!("{more} more package records are unreadable or contradict the files");
    let expected = "every package record can be read";
    if holds {
        Finding::error(Code::SEC_004, observed, expected)
    } else {
        Finding::warning(Code::SEC_004, observed, expected)
    }
}

fn incomparable(matches: &Matches) -> Option<Finding> {
    let first = matches.incomparable.first()?;
    let more = match matches.incomparable.len() - 1 {
        0 => String::new(),
        more => format!(", nor those of {more} more packages"),
    };
    let observed = format!(
        "the version `{}` of {} cannot be compared with the advisories that name it{more}",
        first.version.chars().take(80).collect::<String>(),
        first.name
    );
    let finding =
        Finding::error(Code::SEC_004, observed, "every package has a version by the rules of its system");
    Some(
        finding.at(place(&first.path, first.layer.as_ref())).fix("install a released version of the package"),
    )
}

fn cut(matches: &Matches) -> Option<Finding> {
    let observed =
        "there are more packages and advisories than are compared; some packages were not assessed";
    let finding =
        Finding::error(Code::SEC_004, observed, "every package is held against every advisory that names it");
    matches.cut.then(|| finding.fix("remove packages that the engine does not need"))
}

/// Said plainly and without weight: an engine from scratch is a good engine.
fn executables(inventory: &Inventory) -> Option<Finding> {
    let found = &inventory.executables;
    if found.count == 0 {
        return None;
    }
    let programs =
        if found.count == 1 { "1 program carries" } else { &format!("{} programs carry", found.count) };
    let observed = format!(
        "{programs} no package data and {} not assessed: {}{}",
        if found.count == 1 { "is" } else { "are" },
        found.examples.join(", "),
        if found.count > found.examples.len() as u64 { ", …" } else { "" }
    );
    Some(
        Finding::info(
            Code::SEC_004,
            observed,
            "know what is compiled into programs that no package manager installed",
        )
        .fix("nothing needs mending; keep the libraries compiled into them current"),
    )
}

/// Packages of a kind that this scan does not read: said aloud, so that nobody takes silence for health.
fn unread(inventory: &Inventory) -> Option<Finding> {
    let told = |count: u64, one: &str| match count {
        0 => None,
        1 => Some(format!("1 {one}")),
        many => Some(format!("{many} {one}s")),
    };
    let files = inventory.unread.iter().filter_map(|(form, count)| told(*count, form.name()));
    let told: Vec<String> = files.chain(told(inventory.executables.go, "Go program")).collect();
    (!told.is_empty()).then(|| {
        let observed =
            format!("not assessed, because packages of this kind are not read yet: {}", told.join(", "));
        Finding::warning(Code::SEC_004, observed, "every package is held against advisories")
            .fix("check them with a scanner that reads them")
    })
}
