//! Whether an advisory speaks of a version.

use std::cmp::Ordering;

use crate::security::database::{Entry, Span};
use crate::security::versions::{Scheme, Version};

/// The advisory's answer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Answer {
    /// It does not.
    Unaffected,
    /// It does.
    Affected {
        /// The first later version that is mended, when one is named.
        fixed: Option<String>,
    },
}

/// Asks `entry` about `version`. Where a bound of the database cannot be read, the version counts as inside.
pub(super) fn affects(entry: &Entry, ecosystem: &str, version: &Version) -> Answer {
    let scheme = Scheme::of_ecosystem(ecosystem);
    if let Some(span) = entry.spans().find(|span| holds(scheme, span, version)) {
        let fixed = span.fixed.map(str::to_owned).or_else(|| next_fix(scheme, entry, version));
        return Answer::Affected { fixed };
    }
    let same = |text: &str| {
        scheme.parse(text).is_some_and(|listed| version.compare(&listed) == Some(Ordering::Equal))
    };
    if entry.versions().any(same) {
        return Answer::Affected { fixed: next_fix(scheme, entry, version) };
    }
    Answer::Unaffected
}

fn holds(scheme: Scheme, span: &Span, version: &Version) -> bool {
    let against = |bound: &str| scheme.parse(bound).and_then(|bound| version.compare(&bound));
    let begun = span.from == "0" || against(span.from) != Some(Ordering::Less);
    let mended = span.fixed.and_then(against).is_some_and(|order| order != Ordering::Less);
    let past = span.last.and_then(against) == Some(Ordering::Greater);
    begun && !mended && !past
}

/// The nearest fix above `version` that any span names.
fn next_fix(scheme: Scheme, entry: &Entry, version: &Version) -> Option<String> {
    let fixes =
        entry.spans().filter_map(|span| span.fixed).filter_map(|text| Some((scheme.parse(text)?, text)));
    let above = fixes.filter(|(fix, _)| fix.compare(version) == Some(Ordering::Greater));
    above.min_by(|(a, _), (b, _)| a.compare(b).unwrap_or(Ordering::Equal)).map(|(_, text)| text.to_owned())
}
