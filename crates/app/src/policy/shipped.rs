//! The policies that come with the program. Their names are its own: a newer release may bring newer numbers of them,
//! and the old ones stay, because builds were judged under them.

use assay_core::policy::{PolicyName, PolicyVersion};
use assay_core::{Digest, Policy, Rejection};

use super::document::parse;

/// Name, number and document.
const SHIPPED: &[(&str, u32, &str)] = &[
    ("default", 1, include_str!("shipped/default.toml")),
    ("strict", 1, include_str!("shipped/strict.toml")),
];

/// Every shipped version, by name, newest first.
pub(super) fn all() -> impl Iterator<Item = PolicyVersion> {
    SHIPPED.iter().map(|(name, number, document)| version(name, *number, document))
}

/// The version of this name, if it is one of ours.
pub(super) fn find(name: &PolicyName) -> Option<PolicyVersion> {
    let wanted = |version: &PolicyVersion| {
        version.name == name.name && name.number.is_none_or(|number| version.number == number)
    };
    all().filter(wanted).max_by_key(|version| version.number)
}

/// The policy of this name that comes with the program, for those who have no records.
///
/// # Errors
/// `policy-not-found`.
pub fn shipped(name: &PolicyName) -> Result<Policy, Rejection> {
    let version = find(name).ok_or_else(|| {
        let names: Vec<String> = all().map(|one| format!("`{}`", one.name)).collect();
        Rejection::new("policy-not-found", format!("no policy `{name}` comes with the program"))
            .hint(format!("there are {}; a file of your own is named by its path", names.join(", ")))
    })?;
    parse(&version.name, &version.document)
}

/// Whether the name is taken by us.
pub(super) fn is_reserved(name: &str) -> bool {
    SHIPPED.iter().any(|(shipped, ..)| *shipped == name)
}

fn version(name: &str, number: u32, document: &str) -> PolicyVersion {
    PolicyVersion {
        name: name.into(),
        number,
        document: document.into(),
        digest: Digest::sha256(document.as_bytes()),
        created_at: None,
        author: "assay".into(),
        comment: "comes with the program".into(),
    }
}

#[cfg(test)]
mod tests {
    use assay_core::{Code, Effect};

    use super::*;

    fn policy(name: &str) -> Policy {
        let version = find(&name.parse().unwrap()).unwrap();
        let policy = parse(&version.name, &version.document).unwrap();
        assert_eq!((policy.name.as_str(), policy.number), (version.name.as_str(), version.number));
        policy
    }

    #[test]
    fn the_default_is_what_a_laptop_judges_by() {
        assert_eq!(Policy { description: String::new(), ..policy("default") }, Policy::default());
    }

    #[test]
    fn the_strict_one_softens_nothing() {
        let strict = policy("strict@1");
        assert_eq!(strict.effects[&Code::IMG_006], Effect::Review);
        for (code, effect) in &strict.effects {
            assert!(*effect >= code.rule().effect, "{code}");
        }
        let (limits, usual) = (strict.limits, Policy::default().limits);
        assert!(limits.database_stale_hours < usual.database_stale_hours);
    }

    #[test]
    fn what_is_not_ours_is_not_found() {
        assert_eq!(find(&"strict@99".parse().unwrap()), None);
        assert!(is_reserved("default") && !is_reserved("house"));
    }
}
