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
    processes: Vec<&'a str>,
    /// How often, run by run.
    counts: BTreeMap<usize, u64>,
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
        Self { first, processes: Vec::new(), counts: BTreeMap::new() }
    }

    /// How often in the run that shows it most: the engine's doing, not that of our running it twice.
    fn times(&self) -> u64 {
        self.counts.values().copied().max().unwrap_or_default()
    }

    fn only_when_answered(&self) -> bool {
        !self.counts.contains_key(&0)
    }

    fn add(&mut self, event: &'a NetworkEvent, run: usize) {
        let count = self.counts.entry(run).or_default();
        *count = count.saturating_add(event.count);
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
    let times = Some(group.times()).filter(|times| *times > 1).map(|times| format!(", {times} times"));
    let only = group.only_when_answered().then(|| format!(", only {ANSWERING}"));
    let posing = posing(event, reach.declared)
        .filter(|_| event.fate == assay_core::run::Fate::Proxied)
        .map(|told| format!(", naming `{}` inside the connection", plain(told)))
        .unwrap_or_default();
    let observed = format!("{who} {target}{posing}{}{}", times.unwrap_or_default(), only.unwrap_or_default());
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
