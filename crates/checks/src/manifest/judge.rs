//! The desk at which rules work: reads fields as they were meant and takes findings with their places.

use assay_core::category::Category;
use assay_core::{Code, EngineProfile, Finding, Patch};
use serde_json::Value;

use super::document::{Document, Span};
use super::media;
use super::syntax::Syntax;

/// Findings kept of each severity; a hostile manifest could otherwise fill the report.
const KEPT: usize = 100;

/// A place in the manifest.
#[derive(Clone)]
pub(super) struct Spot {
    pub(super) pointer: String,
    pub(super) span: Span,
}

/// The manifest under judgement.
pub(super) struct Judge<'a> {
    document: &'a Document,
    pub(super) syntax: &'a Syntax,
    pub(super) profile: &'a EngineProfile,
    findings: Vec<Finding>,
    left_out: usize,
}

impl<'a> Judge<'a> {
    pub(super) fn new(document: &'a Document, syntax: &'a Syntax, profile: &'a EngineProfile) -> Self {
        Self { document, syntax, profile, findings: Vec::new(), left_out: 0 }
    }

    /// The value of a key; `null` counts as absent, as stored manifests write it.
    pub(super) fn value(&self, name: &str) -> Option<&'a Value> {
        self.syntax.raw.get(name).filter(|value| !value.is_null())
    }

    /// A text; the empty one counts as absent, as stored manifests write it.
    pub(super) fn text(&self, name: &str) -> Option<&'a str> {
        self.value(name)?.as_str().map(str::trim).filter(|text| !text.is_empty())
    }

    /// A number.
    pub(super) fn number(&self, name: &str) -> Option<f64> {
        self.value(name)?.as_f64()
    }

    /// The texts of a list with their index; a lone text is read as a list of one where the table allows that.
    pub(super) fn list(&self, name: &str) -> Vec<(usize, &'a str)> {
        match self.value(name) {
            Some(Value::Array(items)) => {
                items.iter().enumerate().filter_map(|(index, item)| Some((index, item.as_str()?))).collect()
            }
            Some(Value::String(text)) if super::fields::takes_lone_text(name) => vec![(0, text)],
            _ => Vec::new(),
        }
    }

    /// The media types of a list, in their normal form.
    pub(super) fn media_types(&self, name: &str) -> Vec<String> {
        self.list(name).into_iter().map(|(_, text)| media::normal(text)).collect()
    }

    /// The category of the manifest, or the one the profile knows.
    pub(super) fn category(&self) -> Option<Category> {
        self.text("category").and_then(|text| text.parse().ok()).or(self.profile.category)
    }

    /// Whether the engine is an adapter.
    pub(super) fn is_adapter(&self) -> bool {
        self.profile.adapter || self.category().is_some_and(Category::is_adapter)
    }

    /// The whole manifest.
    pub(super) fn root(&self) -> Spot {
        Spot { pointer: String::new(), span: self.syntax.root.clone() }
    }

    /// A key's value, or the whole manifest when it has none.
    pub(super) fn at(&self, name: &str) -> Spot {
        match self.syntax.member(name) {
            Some(member) => Spot { pointer: pointer(name), span: member.value.clone() },
            None => self.root(),
        }
    }

    /// An item of a key's list.
    pub(super) fn at_item(&self, name: &str, index: usize) -> Spot {
        match self.syntax.member(name).and_then(|member| member.items.get(index)) {
            Some(span) => Spot { pointer: format!("{}/{index}", pointer(name)), span: span.clone() },
            None => self.at(name),
        }
    }

    /// Line of a key's value, as a message names it.
    pub(super) fn line_of(&self, name: &str) -> u32 {
        self.document.position(self.at(name).span.start).0
    }

    /// Takes a finding.
    pub(super) fn tell(&mut self, spot: Spot, label: &str, finding: Finding) {
        let alike = self.findings.iter().filter(|known| known.severity == finding.severity).count();
        if alike >= KEPT {
            self.left_out += 1;
            return;
        }
        self.findings.push(self.document.placed(finding, &spot.pointer, spot.span, label));
    }

    /// Takes a finding that one edit would mend: the marked text becomes the JSON text `meant`.
    pub(super) fn tell_meant(&mut self, spot: Spot, meant: &str, finding: Finding) {
        let finding = finding.fix(format!("write `{meant}`"));
        if !self.document.shows_whole(&spot.span) {
            return self.tell(spot, "misspelt?", finding);
        }
        let patch = Patch {
            replacement: Value::String(meant.into()).to_string(),
            reason: format!("the nearest known name is `{meant}`"),
        };
        self.tell(spot, &format!("did you mean `{meant}`?"), finding.patch(patch));
    }

    /// All findings, with a word about those left out.
    pub(super) fn finish(mut self) -> Vec<Finding> {
        if self.left_out > 0 {
            let remark = Finding::info(
                Code::MAN_002,
                format!("{} further findings are not shown", self.left_out),
                format!("at most {KEPT} findings of each severity"),
            );
            let root = self.root();
            self.findings.push(self.document.placed(remark, "", root.span, "the manifest"));
        }
        self.findings
    }
}

/// The JSON pointer of a top-level key (RFC 6901).
pub(super) fn pointer(name: &str) -> String {
    let name: String = name.chars().take(200).collect();
    format!("/{}", name.replace('~', "~0").replace('/', "~1"))
}
