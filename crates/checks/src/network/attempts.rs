//! NET-001…005: attempts, equal ones of all runs told once.

use std::collections::BTreeMap;

use assay_core::run::NetworkEvent;
use assay_core::{Code, Finding, Place};

use super::ANSWERING;
use super::attempt::{Reach, broken_rules, plain, posing, target};
use crate::evidence::{Terms, Witnessed};
use crate::manifest::declared_hosts;

/// Findings under one rule at most; a port scan is told by its first targets and their number.
const TOLD: usize = 20;

/// All attempts on one target.
struct Group<'a> {
    first: &'a NetworkEvent,
    count: u64,
    processes: Vec<&'a str>,
    /// Whether the first run showed it too.
    dead: bool,
    answering: bool,
}

pub(super) fn judge(runs: &[Witnessed<'_>], terms: &Terms<'_>) -> Vec<Finding> {
    let declared = declared_hosts(terms.manifest);
    let reach = Reach { outward: terms.profile.deployment_model.reaches_out(), declared: &declared };
    let mut groups: BTreeMap<(Code, String), Group<'_>> = BTreeMap::new();
    for (number, witnessed) in runs.iter().enumerate() {
        for event in &witnessed.run.network {
            for code in broken_rules(event, &reach) {
                let group = groups.entry((code, target(event))).or_insert_with(|| Group::of(event));
                group.add(event, number);
            }
        }
    }
    findings(&groups, &reach)
}

impl<'a> Group<'a> {
    fn of(first: &'a NetworkEvent) -> Self {
        Self { first, count: 0, processes: Vec::new(), dead: false, answering: false }
    }

    fn add(&mut self, event: &'a NetworkEvent, run: usize) {
        self.count = self.count.saturating_add(event.count);
        self.dead |= run == 0;
        self.answering |= run > 0;
        if let Some(process) = event.process.as_deref()
            && !self.processes.contains(&process)
        {
            self.processes.push(process);
        }
    }
}

fn findings(groups: &BTreeMap<(Code, String), Group<'_>>, reach: &Reach<'_>) -> Vec<Finding> {
    let mut told: BTreeMap<Code, usize> = BTreeMap::new();
    let mut findings = Vec::new();
    let mut ordered: Vec<_> = groups.iter().collect();
    ordered.sort_by_key(|((code, target), group)| (*code, group.first.at_ms, target.clone()));
    for ((code, target), group) in ordered {
        let number = told.entry(*code).or_default();
        *number += 1;
        if *number <= TOLD {
            findings.push(finding(*code, target, group, reach));
        }
    }
    for (code, number) in told.into_iter().filter(|(_, number)| *number > TOLD) {
        let observed =
            format!("{} more targets of the same kind; the report's network part lists them", number - TOLD);
        findings.push(Finding::error(code, observed, code.rule().checks));
    }
    findings
}

fn finding(code: Code, target: &str, group: &Group<'_>, reach: &Reach<'_>) -> Finding {
    let event = group.first;
    let who = match group.processes.as_slice() {
        [] => "a process that was not caught".into(),
        [one] => format!("`{}`", plain(one)),
        [one, other] => format!("`{}` and `{}`", plain(one), plain(other)),
        [one, rest @ ..] => format!("`{}` and {} other processes", plain(one), rest.len()),
    };
    let times = if group.count > 1 { format!(", {} times", group.count) } else { String::new() };
    let only = if group.answering && !group.dead { format!(", only {ANSWERING}") } else { String::new() };
    let posing = posing(event, reach.declared)
        .filter(|_| event.fate == assay_core::run::Fate::Proxied)
        .map(|told| format!(", naming `{}` inside the connection", plain(told)))
        .unwrap_or_default();
    let observed = format!("{who} {target}{posing}{times}{only}");
    let finding = Finding::error(code, observed, code.rule().checks).at(place(event));
    match advice(code, event) {
        Some(advice) => finding.fix(advice),
        None => finding,
    }
}

fn place(event: &NetworkEvent) -> Place {
    Place {
        process: event.process.clone(),
        at_ms: Some(event.at_ms),
        phase: Some(event.phase),
        input: event.exercise.clone(),
        ..Place::default()
    }
}

fn advice(code: Code, event: &NetworkEvent) -> Option<String> {
    let name = event.name.as_deref().map(plain).filter(|name| !name.is_empty())?;
    (code == Code::NET_003)
        .then(|| format!("add `{name}` to `externalCalls` in the manifest, or remove the call"))
}
