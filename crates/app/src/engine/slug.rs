//! Names of engines in registry paths.

use assay_core::Rejection;
use assay_core::ledger::Transaction;
use assay_core::{OrgId, Refused};

/// Characters at most.
const LONGEST: usize = 60;

/// How often another number is tried when a name is taken.
const TRIES: u32 = 1000;

/// A free name made of the display name: letters and digits in lower case, anything between them one dash.
pub(super) fn derived(records: &dyn Transaction, org: OrgId, name: &str) -> Result<String, Refused> {
    let base = base(name);
    if records.engine_by_slug(org, &base)?.is_none() {
        return Ok(base);
    }
    for number in 2..TRIES {
        let numbered = numbered(&base, number);
        if records.engine_by_slug(org, &numbered)?.is_none() {
            return Ok(numbered);
        }
    }
    Err(Rejection::new("slug-taken", format!("organization {org} has many engines `{base}` already"))
        .hint("choose another name")
        .into())
}

/// Checks a name that was given.
pub(super) fn check(slug: &str) -> Result<(), Rejection> {
    if slug == base(slug) && slug.len() <= LONGEST {
        return Ok(());
    }
    let shown: String = slug.chars().take(LONGEST).collect();
    Err(Rejection::new("slug-malformed", format!("`{shown}` is no name for registry paths"))
        .hint(format!("use `a-z`, `0-9` and single dashes between them, at most {LONGEST} characters")))
}

fn base(name: &str) -> String {
    let mut slug = String::new();
    for c in name.chars().flat_map(char::to_lowercase) {
        if c.is_ascii_alphanumeric() {
            slug.push(c);
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    slug.truncate(LONGEST);
    let slug = slug.trim_end_matches('-');
    if slug.is_empty() { "engine".into() } else { slug.into() }
}

fn numbered(base: &str, number: u32) -> String {
    let end = format!("-{number}");
    let room = LONGEST.saturating_sub(end.len());
    let start: String = base.chars().take(room).collect();
    format!("{}{end}", start.trim_end_matches('-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_paths_that_a_registry_takes() {
        for (name, slug) in [
            ("Speech to Text", "speech-to-text"),
            ("  --ACME__detector 2.0!! ", "acme-detector-2-0"),
            ("Zürich", "z-rich"),
            ("日本語", "engine"),
            ("a/../../b", "a-b"),
            (&"x".repeat(80), &"x".repeat(60)),
        ] {
            assert_eq!(base(name), slug, "{name}");
            assert!(format!("7/{slug}").parse::<assay_core::registry::RepositoryName>().is_ok(), "{slug}");
            assert!(check(slug).is_ok(), "{slug}");
        }
        assert_eq!(numbered(&"x".repeat(60), 12), format!("{}-12", "x".repeat(57)));
        for bad in ["", "A", "a--b", "-a", "a-", "a_b", &"x".repeat(61)] {
            assert!(check(bad).is_err(), "{bad}");
        }
    }
}
