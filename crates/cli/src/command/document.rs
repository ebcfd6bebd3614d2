//! How the judgement of a lone document is told: its findings and one line that sums up.

use assay_app::Refused;
use assay_core::Severity;
use assay_core::report::Report;
use serde_json::{Value, json};

use super::Format;
use crate::exit::Exit;
use crate::render::{self, finding, paragraph};
use crate::terminal::style::{BAD, GOOD, NAME, painted};
use crate::terminal::{self, escape};

/// A judged document.
pub(super) struct Judgement<'a> {
    /// What the caller called it.
    pub(super) name: &'a str,
    /// A report of its one check.
    pub(super) report: &'a Report,
    /// Plain remarks beside the findings.
    pub(super) notes: &'a [String],
    /// Further keys of the JSON form, an object.
    pub(super) extra: Value,
}

impl Judgement<'_> {
    /// Prints it; the exit code says whether any finding is an error.
    pub(super) fn print(&self, format: Format) -> Result<Exit, Refused> {
        let text = match format {
            Format::Human => self.human(),
            Format::Json => render::json(&self.json())?,
            Format::Sarif => render::sarif(self.report)?,
            Format::Junit => render::junit(self.report)?,
        };
        terminal::print(&text)?;
        Ok(if self.valid() { Exit::Good } else { Exit::Bad })
    }

    fn valid(&self) -> bool {
        self.count(Severity::Error) == 0
    }

    fn count(&self, severity: Severity) -> usize {
        self.report.findings.iter().filter(|one| one.finding.severity == severity).count()
    }

    fn human(&self) -> String {
        let mut text: String =
            self.report.findings.iter().map(|one| finding::text(&one.finding) + "\n").collect();
        for note in self.notes {
            text.push_str(&format!("  {} {}\n", painted(NAME, "note:"), paragraph::folded(note, 8)));
        }
        let verdict = if self.valid() { painted(GOOD, "✓ valid") } else { painted(BAD, "✗ invalid") };
        let counts: Vec<String> =
            [(Severity::Error, "error"), (Severity::Warning, "warning"), (Severity::Info, "note")]
                .into_iter()
                .map(|(severity, noun)| (self.count(severity), noun))
                .filter(|(count, _)| *count > 0)
                .map(|(count, noun)| paragraph::counted(count, noun))
                .collect();
        let counts = if counts.is_empty() { String::new() } else { format!(": {}", counts.join(", ")) };
        text.push_str(&format!("{verdict}  {}{counts}\n", escape::line(self.name)));
        text
    }

    fn json(&self) -> Value {
        let findings: Vec<_> = self.report.findings.iter().collect();
        let mut value = json!({ "document": self.name, "valid": self.valid(), "findings": findings });
        if let (Value::Object(all), Value::Object(extra)) = (&mut value, &self.extra) {
            all.extend(extra.clone());
        }
        value
    }
}
