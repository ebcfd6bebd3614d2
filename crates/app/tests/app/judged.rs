//! Builds with certification reports of their own making.

use std::collections::BTreeMap;

use assay_app::build::Change;
use assay_app::build::transition::apply;
use assay_app::build_report::judged_in_part;
use assay_app::policy::{judgement, of_org, settlement};
use assay_app::report::{keep, stored};
use assay_core::build::BuildAction;
use assay_core::ledger::{read, write};
use assay_core::report::Report;
use assay_core::{Actor, Build, BuildId, Check, Engine, Finding, Outcome, Policy, Rules};

use crate::workshop::Workshop;

/// The report of a certification in which every check concluded, with these findings.
pub(crate) fn report(policy: &Policy, findings: Vec<(Check, Finding)>) -> Report {
    let mut by_check: BTreeMap<Check, Vec<Finding>> =
        Check::ALL.into_iter().map(|check| (check, Vec::new())).collect();
    for (check, finding) in findings {
        by_check.get_mut(&check).unwrap().push(finding);
    }
    let outcomes = by_check.into_iter().map(|(check, findings)| (check, Outcome::from_findings(findings)));
    judged_in_part(&Rules::of(policy), outcomes, "not reached")
}

/// A build of `engine` whose certification ends in that report.
pub(crate) fn certified(
    workshop: &Workshop,
    engine: &Engine,
    content: &str,
    findings: Vec<(Check, Finding)>,
) -> Build {
    certified_as(workshop, engine, content, |policy| report(policy, findings.clone()))
}

pub(crate) fn certified_as(
    workshop: &Workshop,
    engine: &Engine,
    content: &str,
    make: impl Fn(&Policy) -> Report,
) -> Build {
    let build = workshop.available(engine, content);
    workshop.act(&workshop.developer(), &build, BuildAction::Submit).unwrap();
    write(&*workshop.service.ledger, |records| {
        let policy = of_org(records, build.org)?;
        let report = make(&policy);
        let digest = keep(records, &report, workshop.now())?;
        let settled = settlement(records, build.org, &policy, &report)?;
        let system = Actor::system();
        let change = Change::of(build.id, settled.event, &system)
            .because(settled.reason)
            .judged(judgement(&report, digest));
        apply(records, &change, workshop.now())
    })
    .unwrap()
}

/// The report kept of a build.
pub(crate) fn kept(workshop: &Workshop, id: BuildId) -> Report {
    read(&*workshop.service.ledger, |records| stored(records, &records.build(id)?.unwrap())).unwrap().unwrap()
}
