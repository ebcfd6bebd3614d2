//! A finding: one thing wrong (or worth knowing) about an engine, told so that nobody has to ask.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::catalogue::Code;
use crate::digest::Digest;
use crate::run::Phase;

/// How much a finding weighs. What an `error` leads to is the policy's to say.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Worth mending.
    Warning,
    /// The rule is broken.
    Error,
}

/// What was seen, what should have been seen, where, and how to mend it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    /// The rule, as in `docs/checks.md`.
    pub code: Code,
    /// Weight.
    pub severity: Severity,
    /// What was observed, as one sentence without a full stop.
    pub observed: String,
    /// What the rule expects.
    pub expected: String,
    /// Where it was observed.
    #[serde(default)]
    pub place: Place,
    /// How to mend it; the catalogue's general advice when empty.
    pub fix: String,
    /// The lines of the document around the place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub snippet: Option<Snippet>,
    /// An edit that mends it, when one is certain enough to offer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub patch: Option<Patch>,
}

impl Finding {
    /// A broken rule.
    pub fn error(code: Code, observed: impl Into<String>, expected: impl Into<String>) -> Self {
        Self::with(code, Severity::Error, observed, expected)
    }

    /// A rule bent.
    pub fn warning(code: Code, observed: impl Into<String>, expected: impl Into<String>) -> Self {
        Self::with(code, Severity::Warning, observed, expected)
    }

    /// Something worth knowing.
    pub fn info(code: Code, observed: impl Into<String>, expected: impl Into<String>) -> Self {
        Self::with(code, Severity::Info, observed, expected)
    }

    fn with(
        code: Code,
        severity: Severity,
        observed: impl Into<String>,
        expected: impl Into<String>,
    ) -> Self {
        Self {
            code,
            severity,
            observed: observed.into(),
            expected: expected.into(),
            place: Place::default(),
            fix: code.rule().fix.into(),
            snippet: None,
            patch: None,
        }
    }

    /// Says where.
    #[must_use]
    pub fn at(mut self, place: Place) -> Self {
        self.place = place;
        self
    }

    /// Says how to mend this very case.
    #[must_use]
    pub fn fix(mut self, fix: impl Into<String>) -> Self {
        self.fix = fix.into();
        self
    }

    /// Shows the source.
    #[must_use]
    pub fn snippet(mut self, snippet: Option<Snippet>) -> Self {
        self.snippet = snippet;
        self
    }

    /// Names the finding itself: the same rule, broken at the same place, told in the same words, has the same
    /// fingerprint in every report. What is measured anew in every run stays out of it: times, sizes and shares.
    pub fn fingerprint(&self) -> String {
        let Place { document, pointer, path, package, input, .. } = &self.place;
        let parts = [document, pointer, path, package, input];
        let observed = unmeasured(&self.observed);
        let text = parts.into_iter().fold(format!("{}\0{observed}", self.code), |text, part| {
            text + "\0" + part.as_deref().unwrap_or_default()
        });
        Digest::sha256(text.as_bytes()).hex().chars().take(32).collect()
    }

    /// Offers an edit.
    #[must_use]
    pub fn patch(mut self, patch: Patch) -> Self {
        self.patch = Some(patch);
        self
    }
}

/// Units of what is measured.
const UNITS: [&str; 10] = ["ms", "s", "min", "hours", "days", "bytes", "kB", "MB", "GB", "%"];

/// `text` without the numbers that stand before a unit.
fn unmeasured(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let unit = |word: &&&str| UNITS.contains(&word.trim_end_matches([',', ';', ':', '.', ')']));
    let number = |word: &str| word.trim_start_matches('(').parse::<f64>().is_ok();
    let kept = words.iter().enumerate().map(|(at, word)| {
        let measured = number(word) && words.get(at + 1).as_ref().is_some_and(unit);
        if measured { "#" } else { *word }
    });
    kept.collect::<Vec<_>>().join(" ")
}

/// Where something was observed. Every part is optional; a check fills what it knows.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Place {
    /// The document: a path in the image (`/var/manifest.json`), `config` for the image configuration, a file of the
    /// evidence bundle, or a file the caller named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub document: Option<String>,
    /// JSON pointer into the document (RFC 6901).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pointer: Option<String>,
    /// Line, counted from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// Column in characters, counted from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<u32>,
    /// Digest of the layer (its diff id).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub layer: Option<Digest>,
    /// Path inside the image, absolute.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Package URL of the package concerned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub package: Option<String>,
    /// The process concerned: executable and arguments.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub process: Option<String>,
    /// Milliseconds since the engine was started.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at_ms: Option<u64>,
    /// What the engine was being asked to do at that time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phase: Option<Phase>,
    /// Name of the test input being worked on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub input: Option<String>,
}

impl Place {
    /// A JSON pointer in a document.
    pub fn pointer(document: impl Into<String>, pointer: impl Into<String>) -> Self {
        Self { document: Some(document.into()), pointer: Some(pointer.into()), ..Self::default() }
    }

    /// A file of the image.
    pub fn path(path: impl Into<String>) -> Self {
        Self { path: Some(path.into()), ..Self::default() }
    }

    /// Adds line and column, counted from 1.
    #[must_use]
    pub fn line_column(mut self, line: u32, column: u32) -> Self {
        self.line = Some(line);
        self.column = Some(column);
        self
    }

    /// Adds the layer.
    #[must_use]
    pub fn in_layer(mut self, layer: &Digest) -> Self {
        self.layer = Some(layer.clone());
        self
    }

    /// Adds the test input.
    #[must_use]
    pub fn on_input(mut self, input: impl Into<String>) -> Self {
        self.input = Some(input.into());
        self
    }
}

/// A piece of a document with one part of a line marked.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Snippet {
    /// The whole line, cut to 400 characters around the mark; control characters replaced.
    pub text: String,
    /// Number of the line in its document, from 1.
    pub line: u32,
    /// First marked character in `text`, from 0.
    pub start: u32,
    /// Number of marked characters, at least 1.
    pub length: u32,
    /// Words beside the mark.
    pub label: String,
}

/// An edit of one snippet's line that mends the finding: replace the marked characters.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Patch {
    /// What the marked text becomes.
    pub replacement: String,
    /// One phrase: "the nearest known name is `transcription`".
    pub reason: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fingerprint(observed: &str) -> String {
        Finding::error(Code::BLD_010, observed, "an end in time").fingerprint()
    }

    #[test]
    fn a_fingerprint_survives_another_measurement_and_nothing_else() {
        let one = fingerprint("it took 61 ms, (12.5 MB) and 93 % of version 3.0.1 on port 8080");
        assert_eq!(one, fingerprint("it took 7.25 ms, (9 MB) and 2 % of version 3.0.1 on port 8080"));
        for other in [
            "it took 61 ms, (12.5 MB) and 93 % of version 3.0.2 on port 8080",
            "it took 61 ms, (12.5 MB) and 93 % of version 3.0.1 on port 8081",
            "it took 61 MB, (12.5 MB) and 93 % of version 3.0.1 on port 8080",
        ] {
            assert_ne!(one, fingerprint(other), "{other}");
        }
        let elsewhere = Finding::error(Code::BLD_010, "x", "y").at(Place::path("/etc")).fingerprint();
        assert_ne!(elsewhere, fingerprint("x"));
        assert_eq!(elsewhere.len(), 32);
    }
}
