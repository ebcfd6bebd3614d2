//! Which findings of a rule a waiver is about.

use serde::{Deserialize, Serialize};

use crate::finding::Finding;
use crate::rejection::Rejection;

/// Every part that is said must fit.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default, deny_unknown_fields)]
pub struct Narrowing {
    /// Package URL; without a version it is every version of the package.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub package: Option<String>,
    /// Path in the image.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// JSON pointer into the document.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pointer: Option<String>,
    /// A word that what was observed must hold, such as `CVE-2026-1234`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mentions: Option<String>,
    /// The finding itself, by [`Finding::fingerprint`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fingerprint: Option<String>,
}

/// Most characters of a part.
const LONGEST: usize = 500;

impl Narrowing {
    /// Whether `finding` is one of those meant.
    pub fn fits(&self, finding: &Finding) -> bool {
        let place = &finding.place;
        let same = |wanted: &Option<String>, found: &Option<String>| wanted.is_none() || wanted == found;
        same(&self.path, &place.path)
            && same(&self.pointer, &place.pointer)
            && self
                .package
                .as_deref()
                .is_none_or(|wanted| place.package.as_deref().is_some_and(|found| is_package(found, wanted)))
            && self.mentions.as_deref().is_none_or(|word| mentions(&finding.observed, word))
            && self.fingerprint.as_deref().is_none_or(|wanted| finding.fingerprint() == wanted)
    }

    /// Refuses parts that are empty or endless.
    pub fn validate(&self) -> Result<(), Rejection> {
        let parts = [&self.package, &self.path, &self.pointer, &self.mentions, &self.fingerprint];
        for part in parts.into_iter().flatten() {
            if part.trim().is_empty() || part.chars().count() > LONGEST {
                let message = format!("each part that narrows a waiver has 1 to {LONGEST} characters");
                return Err(Rejection::new("malformed-waiver", message));
            }
        }
        Ok(())
    }

    /// The parts that are said, as a phrase; empty when it is every finding of the rule.
    pub fn phrase(&self) -> String {
        let named = [
            ("package", &self.package),
            ("path", &self.path),
            ("pointer", &self.pointer),
            ("mentions", &self.mentions),
            ("fingerprint", &self.fingerprint),
        ];
        let said = named.into_iter().filter_map(|(name, part)| Some(format!("{name} {}", part.as_ref()?)));
        said.collect::<Vec<_>>().join(", ")
    }
}

/// Whether package URL `found` is `wanted` or a version of it.
fn is_package(found: &str, wanted: &str) -> bool {
    found.strip_prefix(wanted).is_some_and(|rest| rest.is_empty() || rest.starts_with(['@', '?', '#']))
}

/// Whether `text` holds `word` and no longer word around it: CVE-2026-123 is not in CVE-2026-1234.
fn mentions(text: &str, word: &str) -> bool {
    let part = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
    text.match_indices(word).any(|(at, found)| {
        let before = text.get(..at).and_then(|text| text.chars().next_back());
        let after = text.get(at + found.len()..).and_then(|text| text.chars().next());
        !before.is_some_and(part) && !after.is_some_and(part)
    })
}
