//! The parts of the report below its headline. Each is empty when there is nothing to tell.

use std::time::Duration;

use assay_core::catalogue::{Code, Effect};
use assay_core::report::{Performance, Report, ReportedFinding, Stage};
use assay_core::run::{NetworkEvent, Readiness};

use super::finding;
use super::paragraph::{counted, folded};
use super::table::Table;
use crate::progress::spoken;
use crate::terminal::escape;
use crate::terminal::style::{BAD, BOLD, DIM, DOUBT, GOOD, NAME, painted};

/// Most attempts shown; the JSON report holds them all.
const ATTEMPTS_SHOWN: usize = 20;
/// Most findings shown of one weight and code; the JSON report holds them all.
const ALIKE_SHOWN: usize = 5;

pub(super) fn heading(title: &str) -> String {
    format!("{}\n", painted(BOLD, title))
}

/// One line a check.
pub(crate) fn checks(report: &Report) -> String {
    let mut table = Table::new(2, &[]);
    for stage in &report.stages {
        table.row(check_row(report, stage));
    }
    let broken = report.stages.iter().filter_map(fault).collect::<String>();
    heading("Checks") + &table.text() + &broken
}

fn check_row(report: &Report, stage: &Stage) -> Vec<String> {
    let weightiest = report.findings.iter().filter(|one| one.stage == stage.name).map(|one| one.effect).max();
    let (mark, style, word) = match stage.status.as_str() {
        "passed" => ("✓", GOOD, "passed"),
        "failed" if weightiest < Some(Effect::Disapprove) => ("?", DOUBT, "open"),
        "failed" => ("✗", BAD, "failed"),
        "errored" => ("!", DOUBT, "errored"),
        _ => ("–", DIM, "skipped"),
    };
    vec![
        painted(style, mark),
        stage.name.name().to_owned(),
        painted(style, word),
        painted(DIM, &duration(stage).map(spoken).unwrap_or_default()),
        tally(report, stage),
    ]
}

fn duration(stage: &Stage) -> Option<Duration> {
    let span = stage.ended_at?.duration_since(stage.started_at?);
    Duration::try_from(span).ok()
}

/// `1 error, 2 warnings`: how many findings lead to what.
fn tally(report: &Report, stage: &Stage) -> String {
    let count = |effects: &[Effect]| {
        report.findings.iter().filter(|one| one.stage == stage.name && effects.contains(&one.effect)).count()
    };
    [
        (count(&[Effect::Invalid, Effect::Disapprove]), "error"),
        (count(&[Effect::Hold, Effect::Review]), "open question"),
        (count(&[Effect::Warn]), "warning"),
        (count(&[Effect::Info]), "note"),
    ]
    .into_iter()
    .filter(|(count, _)| *count > 0)
    .map(|(count, noun)| counted(count, noun))
    .collect::<Vec<_>>()
    .join(", ")
}

/// What broke a check.
fn fault(stage: &Stage) -> Option<String> {
    let fault = stage.fault.as_ref()?;
    let label = format!("{}: ", stage.name.name());
    let told = folded(&fault.to_string(), 4 + label.len());
    let hint =
        fault.hint.as_ref().map(|hint| format!("    {} {}\n", painted(NAME, "hint:"), folded(hint, 10)));
    Some(format!("    {}{told}\n{}", painted(DIM, &label), hint.unwrap_or_default()))
}

/// The findings under the heading of what they lead to, weightiest first.
pub(crate) fn findings(report: &Report) -> String {
    let groups = [
        ("Makes the build invalid", Effect::Invalid),
        ("Disapproves", Effect::Disapprove),
        ("Leaves it open", Effect::Hold),
        ("Needs a person's look", Effect::Review),
        ("Warnings", Effect::Warn),
        ("Worth knowing", Effect::Info),
    ];
    let told: Vec<String> = groups
        .into_iter()
        .filter_map(|(title, effect)| {
            let found = report.findings.iter().filter(|one| one.effect == effect && !told_elsewhere(one));
            let found: Vec<_> = found.collect();
            (!found.is_empty()).then(|| heading(title) + &group(&found))
        })
        .collect();
    told.join("\n")
}

/// Plain measurements have a part of their own below.
fn told_elsewhere(one: &ReportedFinding) -> bool {
    one.effect == Effect::Info && one.finding.code == Code::BEN_001
}

fn group(found: &[&ReportedFinding]) -> String {
    let mut told = Vec::new();
    for alike in found.chunk_by(|one, next| one.finding.code == next.finding.code) {
        told.extend(alike.iter().take(ALIKE_SHOWN).map(|one| finding::judged(one)));
        if let Some(more) = alike.len().checked_sub(ALIKE_SHOWN).filter(|more| *more > 0) {
            let code = alike.first().map(|one| one.finding.code.as_str()).unwrap_or_default();
            told.push(format!("  {}\n", painted(DIM, &format!("… and {more} more of {code}"))));
        }
    }
    told.join("\n")
}

/// What the engine tried to reach.
pub(crate) fn network(report: &Report) -> String {
    let Some(facts) = report.network.as_ref().filter(|facts| !facts.attempted.is_empty()) else {
        return String::new();
    };
    let mut table = Table::new(2, &["ms", "times", "what", "to", "process", "fate"].map(|title| title));
    for event in facts.attempted.iter().take(ATTEMPTS_SHOWN) {
        table.row(attempt_row(event));
    }
    let rest = facts.attempted.len().saturating_sub(ATTEMPTS_SHOWN);
    let more = if rest > 0 { format!("  … and {rest} more in the JSON report\n") } else { String::new() };
    heading("Network attempts") + &table.text() + &more
}

fn attempt_row(event: &NetworkEvent) -> Vec<String> {
    vec![
        event.at_ms.to_string(),
        event.count.to_string(),
        word(&event.protocol),
        escape::cut(&target(event), 28),
        escape::cut(event.process.as_deref().unwrap_or("?"), 16),
        word(&event.fate),
    ]
}

/// The name an enumeration has in JSON, as people's word.
fn word(value: &impl serde::Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

fn target(event: &NetworkEvent) -> String {
    let name = event.name.as_deref().or(event.sni.as_deref()).or(event.host.as_deref());
    let place = match (name, event.address) {
        (Some(name), _) => name.to_owned(),
        (None, Some(address)) if event.port.is_some() && address.is_ipv6() => format!("[{address}]"),
        (None, Some(address)) => address.to_string(),
        (None, None) => "–".to_owned(),
    };
    event.port.map(|port| format!("{place}:{port}")).unwrap_or(place)
}

/// What was measured.
pub(crate) fn measurements(report: &Report) -> String {
    let Some(performance) = &report.performance else { return String::new() };
    let lines = measured(performance);
    let told: String = lines
        .into_iter()
        .map(|(label, value)| format!("  {} {value}\n", painted(DIM, &format!("{label:<16}"))))
        .collect();
    heading("Measured") + &told
}

fn measured(performance: &Performance) -> Vec<(&'static str, String)> {
    let mut lines = Vec::new();
    if let Readiness::Ready { after_ms } = performance.readiness {
        lines.push(("ready after", format!("{after_ms} ms")));
    }
    if let (Some(median), Some(high)) = (performance.p50_ms, performance.p95_ms) {
        lines.push((
            "request time",
            format!("{median:.1} ms median, {high:.1} ms p95 of {}", performance.requests),
        ));
    }
    if let Some(seconds) = performance.cpu_seconds {
        lines.push(("processor time", format!("{seconds:.3} s")));
    }
    if let Some(peak) = performance.max_memory_mb {
        lines.push(("peak memory", memory(performance, peak)));
    }
    let own = performance.metering.setup_micros + performance.metering.teardown_micros;
    lines.push(("sandbox's own", format!("{} ms before and after", own / 1_000)));
    lines
}

fn memory(performance: &Performance, peak: f64) -> String {
    let limit = performance.metering.memory_limit_bytes >> 20;
    let own = performance.metering.peak_anonymous_bytes.map(|bytes| bytes as f64 / f64::from(1 << 20));
    let split = own.map(|own| format!(", {own:.1} MB its own")).unwrap_or_default();
    format!("{peak:.1} MB of {limit} MB{split}")
}

/// What was left out, and why.
pub(crate) fn not_judged(report: &Report) -> String {
    if report.not_judged.is_empty() {
        return String::new();
    }
    let mut by_reason: Vec<(&str, Vec<String>)> = Vec::new();
    for one in &report.not_judged {
        let what = escape::line(&one.what);
        match by_reason.iter_mut().find(|(why, _)| *why == one.why) {
            Some((_, things)) => things.push(what),
            None => by_reason.push((&one.why, vec![what])),
        }
    }
    let told: String = by_reason
        .iter()
        .map(|(why, things)| {
            format!("  {}\n    {}\n", painted(NAME, &folded(&things.join(", "), 2)), folded(why, 4))
        })
        .collect();
    heading("Not judged") + &told
}

/// Where the evidence lies.
pub(crate) fn evidence(folder: &str) -> String {
    heading("Evidence") + &format!("  {}\n", escape::line(folder))
}
