//! The few styles of the house. Written into the text; `anstream` takes them out where they are not wanted.

use anstyle::{AnsiColor, Style};
use assay_core::{Effect, Severity, Verdict};

/// Headings.
pub(crate) const BOLD: Style = Style::new().bold();
/// What may be read second.
pub(crate) const DIM: Style = Style::new().dimmed();
/// Good.
pub(crate) const GOOD: Style = AnsiColor::Green.on_default().bold();
/// Bad.
pub(crate) const BAD: Style = AnsiColor::Red.on_default().bold();
/// Doubtful.
pub(crate) const DOUBT: Style = AnsiColor::Yellow.on_default().bold();
/// Neutral emphasis, for what can be typed or looked up.
pub(crate) const NAME: Style = AnsiColor::Cyan.on_default();

/// `text` in `style`; no text needs no colour.
pub(crate) fn painted(style: Style, text: &str) -> String {
    if text.is_empty() { String::new() } else { format!("{style}{text}{style:#}") }
}

/// The colour of a verdict.
pub(crate) fn of_verdict(verdict: Verdict) -> Style {
    match verdict {
        Verdict::Approved => GOOD,
        Verdict::Disapproved => BAD,
        Verdict::Inconclusive => DOUBT,
    }
}

/// The colour and word of what a finding leads to.
pub(crate) fn of_effect(effect: Effect) -> (Style, &'static str) {
    match effect {
        Effect::Invalid | Effect::Disapprove => (BAD, "error"),
        Effect::Hold => (DOUBT, "hold"),
        Effect::Review => (DOUBT, "review"),
        Effect::Warn => (DOUBT, "warning"),
        Effect::Info => (NAME, "note"),
    }
}

/// The colour and word of a severity.
pub(crate) fn of_severity(severity: Severity) -> (Style, &'static str) {
    match severity {
        Severity::Error => (BAD, "error"),
        Severity::Warning => (DOUBT, "warning"),
        Severity::Info => (NAME, "note"),
    }
}
