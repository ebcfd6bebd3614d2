//! NET-010: waiting out the observer, and trying the walls.

use std::collections::BTreeMap;

use assay_core::run::{NetworkEvent, Protocol, Sleeper};
use assay_core::{Code, Finding, Place};

use super::attempt::plain;
use crate::evidence::Witnessed;

/// A sleep that long has no place in an engine that waits for work.
const LONG_SLEEP_MS: u64 = 10_000;
/// Waits with a time limit are how servers rest; only those that may outlast the watch, which lasts 35 s at most, are
/// told, and only told.
const LONG_WAIT_MS: u64 = 30_000;

pub(super) fn judge(runs: &[Witnessed<'_>]) -> Vec<Finding> {
    let mut findings = escapes(runs);
    findings.extend(sleeps(runs));
    findings
}

fn escapes(runs: &[Witnessed<'_>]) -> Vec<Finding> {
    let mut calls: BTreeMap<&str, &NetworkEvent> = BTreeMap::new();
    let events = runs.iter().flat_map(|witnessed| &witnessed.run.network);
    for event in events.filter(|event| event.protocol == Protocol::Escape) {
        calls.entry(event.name.as_deref().unwrap_or("an unnamed call")).or_insert(event);
    }
    calls.into_iter().map(|(call, event)| escape(call, event)).collect()
}

fn escape(call: &str, event: &NetworkEvent) -> Finding {
    let who = event.process.as_deref().map_or_else(|| "a process".into(), |it| format!("`{}`", plain(it)));
    let observed = format!("{who} called `{}`, which would change or look behind its sandbox", plain(call));
    let place = Place {
        process: event.process.clone(),
        at_ms: Some(event.at_ms),
        phase: Some(event.phase),
        input: event.exercise.clone(),
        ..Place::default()
    };
    Finding::error(Code::NET_010, observed, "no system call that tries the walls of the sandbox")
        .at(place)
        .fix("remove the call; engines run without privileges and namespaces of their own")
}

fn sleeps(runs: &[Witnessed<'_>]) -> Vec<Finding> {
    // The longest wait of each kind and process is enough to tell.
    let mut longest: BTreeMap<(&str, &str), u64> = BTreeMap::new();
    for Sleeper { process, asked_ms, call } in runs.iter().flat_map(|witnessed| &witnessed.run.sleepers) {
        let known = longest.entry((process, call)).or_default();
        *known = (*known).max(*asked_ms);
    }
    longest.into_iter().filter_map(|((process, call), asked_ms)| sleep(process, call, asked_ms)).collect()
}

fn sleep(process: &str, call: &str, asked_ms: u64) -> Option<Finding> {
    let asleep = matches!(call, "nanosleep" | "clock_nanosleep");
    let seconds = asked_ms as f64 / 1000.0;
    let observed = format!("`{}` still sleeps when the watch ends: `{call}` for {seconds} s", plain(process));
    let expected = "no sleep that outlasts the observation";
    let place = Place { process: Some(process.to_owned()), ..Place::default() };
    match (asleep, asked_ms) {
        (true, LONG_SLEEP_MS..) => Some(Finding::error(Code::NET_010, observed, expected).at(place)),
        (false, LONG_WAIT_MS..) => Some(Finding::info(Code::NET_010, observed, expected).at(place)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::sleep;
    use assay_core::Severity;

    #[test]
    fn waits_are_told_when_they_may_outlast_the_watch() {
        let severity = |call, asked_ms| sleep("/app/x", call, asked_ms).map(|finding| finding.severity);
        assert_eq!(severity("poll", 29_999), None);
        assert_eq!(severity("poll", 30_000), Some(Severity::Info));
        assert_eq!(severity("epoll_wait", 59_000), Some(Severity::Info));
        assert_eq!(severity("nanosleep", 10_000), Some(Severity::Error));
    }
}
