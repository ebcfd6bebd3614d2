//! One finding as people read it: what was seen, what was expected, where, and how to mend it.

use anstyle::Style;
use assay_core::report::{ReportedFinding, WaiverRef};
use assay_core::run::Phase;
use assay_core::{Effect, Finding, Place};

use super::paragraph::folded;
use super::source;
use crate::terminal::style::{BOLD, DIM, of_effect, of_severity, painted};

/// Where the text of a labelled line begins.
const INDENT: usize = 12;

/// The finding by its severity, ending in a line feed: the form for a lone document, over which no policy stands.
pub(crate) fn text(finding: &Finding) -> String {
    headline(finding, of_severity(finding.severity)) + &details(finding, true)
}

/// The finding by what it leads to under the policy. What is only worth knowing breaks no rule, so that the rule need
/// not be told.
pub(crate) fn judged(reported: &ReportedFinding) -> String {
    let broken = reported.effect > Effect::Info || reported.waiver.is_some();
    let waived = reported.waiver.as_ref().map(waived).unwrap_or_default();
    headline(&reported.finding, of_effect(reported.effect)) + &details(&reported.finding, broken) + &waived
}

fn waived(waiver: &WaiverRef) -> String {
    let until = waiver.expires_at.strftime("%Y-%m-%d %H:%M UTC");
    labelled("waived", &format!("until {until} by {}: {}", waiver.approver, waiver.reason))
}

fn headline(finding: &Finding, (style, word): (Style, &str)) -> String {
    let head = format!("{word}[{}]: ", finding.code);
    let observed = folded(&finding.observed, 2 + head.len());
    format!("  {}{}\n", painted(style, &head), painted(BOLD, &observed))
}

fn details(finding: &Finding, broken: bool) -> String {
    let mut text = source::marked(finding).map(|source| indented(&source)).unwrap_or_default();
    if broken {
        text.push_str(&labelled("expected", &finding.expected));
    }
    let place = place(&finding.place, finding.snippet.is_some());
    if !place.is_empty() {
        text.push_str(&labelled("where", &place));
    }
    if !finding.fix.is_empty() && (broken || !finding.fix.starts_with("nothing")) {
        text.push_str(&labelled("fix", &finding.fix));
    }
    text
}

fn labelled(label: &str, value: &str) -> String {
    format!("    {} {}\n", painted(DIM, &format!("{label:<8}")), folded(value, INDENT + 1))
}

fn indented(block: &str) -> String {
    block.lines().map(|line| format!("    {line}\n")).collect()
}

/// The place as a phrase. What the marked source has already shown is left out.
fn place(place: &Place, source_shown: bool) -> String {
    let mut parts: Vec<String> = Vec::new();
    if !source_shown {
        parts.extend(document(place));
    }
    parts.extend(place.pointer.as_ref().filter(|pointer| !pointer.is_empty()).cloned());
    parts.extend(place.path.clone());
    parts.extend(place.package.clone());
    parts.extend(place.layer.as_ref().map(|layer| format!("layer {}", layer.short())));
    parts.extend(place.process.as_ref().map(|process| format!("process `{process}`")));
    parts.extend(time(place));
    parts.extend(place.input.as_ref().map(|input| format!("input `{input}`")));
    parts.join(" · ")
}

fn document(place: &Place) -> Option<String> {
    let document = place.document.as_ref()?;
    Some(match (place.line, place.column) {
        (Some(line), Some(column)) => format!("{document}:{line}:{column}"),
        (Some(line), None) => format!("{document}:{line}"),
        _ => document.clone(),
    })
}

fn time(place: &Place) -> Option<String> {
    let phase = place.phase.map(phase_phrase);
    match (place.at_ms, phase) {
        (Some(at), Some(phase)) => Some(format!("{phase}, {at} ms after its start")),
        (Some(at), None) => Some(format!("{at} ms after its start")),
        (None, phase) => phase.map(str::to_owned),
    }
}

/// What was going on.
pub(crate) fn phase_phrase(phase: Phase) -> &'static str {
    match phase {
        Phase::Start => "while starting",
        Phase::Idle => "while idle",
        Phase::Work => "while working",
        Phase::Watch => "after its last answer",
        Phase::Stop => "while stopping",
    }
}
