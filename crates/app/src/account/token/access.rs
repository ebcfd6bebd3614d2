//! What a token is for: repositories with what may be done with them, and the list of repositories. Asked for as scopes,
//! `repository:7/detector:pull,push`, kept in the token as an access list.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use assay_core::registry::{RepositoryAction, RepositoryName};
use serde::{Deserialize, Serialize};

/// Scopes that are read of one request; more are left out.
const MOST: usize = 32;

/// Bytes of all scopes at most, so that the token fits in a header.
const LONGEST: usize = 3072;

/// Repositories and actions, and whether the list of repositories is among them.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
#[serde(from = "Vec<Entry>", into = "Vec<Entry>")]
pub struct Access {
    /// What may be done with each repository.
    pub repositories: BTreeMap<RepositoryName, BTreeSet<RepositoryAction>>,
    /// Whether repositories may be listed.
    pub catalog: bool,
}

/// An entry of the access list, or a scope, in its parts.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
struct Entry {
    #[serde(rename = "type")]
    kind: String,
    name: String,
    actions: Vec<String>,
}

impl Access {
    /// Reads scopes: several texts, each with several scopes between blanks. What is not understood is left out, since a
    /// token for less is more use to a client than none.
    pub fn read<'a>(texts: impl IntoIterator<Item = &'a str>) -> Self {
        let mut left = LONGEST;
        let fits = |scope: &&str| {
            let rest = left.checked_sub(scope.len());
            left = rest.unwrap_or(left);
            rest.is_some()
        };
        let scopes = texts.into_iter().flat_map(str::split_ascii_whitespace).filter(fits);
        scopes.take(MOST).filter_map(Entry::read).collect::<Vec<_>>().into()
    }

    /// Whether `action` with `repository` is in it.
    pub fn allows(&self, repository: &RepositoryName, action: RepositoryAction) -> bool {
        self.repositories.get(repository).is_some_and(|actions| actions.contains(&action))
    }

    /// Keeps of it what `may` says.
    pub(super) fn cut(mut self, may: impl Fn(&RepositoryName, RepositoryAction) -> bool) -> Self {
        for (name, actions) in &mut self.repositories {
            actions.retain(|action| may(name, *action));
        }
        self.repositories.retain(|_, actions| !actions.is_empty());
        self
    }

    fn add(&mut self, entry: &Entry) {
        if (entry.kind.as_str(), entry.name.as_str()) == ("registry", "catalog") {
            self.catalog |= entry.actions.iter().any(|action| action == "*");
            return;
        }
        let actions: BTreeSet<_> = entry.actions.iter().flat_map(|action| meant(action)).collect();
        if let (true, Ok(name), false) = (is_repository(&entry.kind), entry.name.parse(), actions.is_empty())
        {
            self.repositories.entry(name).or_default().extend(actions);
        }
    }
}

impl Entry {
    /// `type:name:action,action`; the name may have colons of its own.
    fn read(scope: &str) -> Option<Self> {
        let (kind, rest) = scope.split_once(':')?;
        let (name, actions) = rest.rsplit_once(':')?;
        let actions = actions.split(',').map(str::to_owned).collect();
        Some(Self { kind: kind.into(), name: name.into(), actions })
    }
}

/// `repository`, or `repository(class)` as some clients write.
fn is_repository(kind: &str) -> bool {
    kind.strip_prefix("repository")
        .is_some_and(|class| class.is_empty() || (class.starts_with('(') && class.ends_with(')')))
}

/// The actions a word stands for; `*` is all of them.
fn meant(word: &str) -> impl Iterator<Item = RepositoryAction> {
    RepositoryAction::ALL.into_iter().filter(move |action| word == "*" || word == action.name())
}

impl From<Vec<Entry>> for Access {
    fn from(entries: Vec<Entry>) -> Self {
        let mut access = Self::default();
        entries.iter().for_each(|entry| access.add(entry));
        access
    }
}

impl From<Access> for Vec<Entry> {
    fn from(access: Access) -> Self {
        let words =
            |actions: BTreeSet<RepositoryAction>| actions.iter().map(|one| one.name().into()).collect();
        let repository = |(name, actions): (RepositoryName, _)| Entry {
            kind: "repository".into(),
            name: name.into(),
            actions: words(actions),
        };
        let catalog = access.catalog.then(|| Entry {
            kind: "registry".into(),
            name: "catalog".into(),
            actions: vec!["*".into()],
        });
        access.repositories.into_iter().map(repository).chain(catalog).collect()
    }
}

/// As scopes between blanks.
impl fmt::Display for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let entries: Vec<Entry> = self.clone().into();
        let scope = |entry: &Entry| format!("{}:{}:{}", entry.kind, entry.name, entry.actions.join(","));
        f.write_str(&entries.iter().map(scope).collect::<Vec<_>>().join(" "))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(texts: &[&str]) -> String {
        Access::read(texts.iter().copied()).to_string()
    }

    #[test]
    fn scopes_of_real_clients() {
        assert_eq!(read(&["repository:7/detector:push,pull"]), "repository:7/detector:pull,push");
        assert_eq!(
            read(&["repository:7/a:pull", "repository:7/b:pull,push"]),
            "repository:7/a:pull repository:7/b:pull,push"
        );
        assert_eq!(
            read(&["repository:7/a:pull repository:7/a:push registry:catalog:*"]),
            "repository:7/a:pull,push registry:catalog:*"
        );
        assert_eq!(read(&["repository:7/a:*"]), "repository:7/a:pull,push,delete");
        assert_eq!(read(&["repository(plugin):7/a:pull"]), "repository:7/a:pull");
    }

    #[test]
    fn what_is_not_understood_is_left_out() {
        let long = format!("repository:{}:pull", "a".repeat(LONGEST));
        for odd in [
            "",
            "repository",
            "repository:7/a",
            "repository:7/a:",
            "repository:7/a:fly",
            "repository:A:pull",
            "registry:catalog:read",
            "registry:other:*",
            "engine:7/a:pull",
            "repositoryx:7/a:pull",
            "repository:host:5000/a:pull",
            &long,
        ] {
            assert_eq!(read(&[odd]), "", "{odd}");
        }
        assert_eq!(read(&["repository:7/a:fly,pull"]), "repository:7/a:pull");
        let many = vec!["repository:7/a:pull"; MOST];
        assert_eq!(read(&[many.as_slice(), &["repository:7/b:pull"]].concat()), "repository:7/a:pull");
    }

    fn access() -> impl Strategy<Value = Access> {
        let actions = proptest::sample::subsequence(RepositoryAction::ALL.to_vec(), 1..=3);
        let actions = actions.prop_map(BTreeSet::from_iter);
        let name = "[0-9]{1,4}/[a-z0-9]{1,8}(-[a-z0-9]{1,8})?".prop_map(|name| name.parse().unwrap());
        let repositories = proptest::collection::btree_map(name, actions, 0..8);
        (repositories, any::<bool>()).prop_map(|(repositories, catalog)| Access { repositories, catalog })
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(access in access()) {
            prop_assert_eq!(&Access::read([access.to_string().as_str()]), &access);
            let json = serde_json::to_string(&access).unwrap();
            prop_assert_eq!(&serde_json::from_str::<Access>(&json).unwrap(), &access);
        }

        #[test]
        fn strangers_scopes_never_widen(texts in proptest::collection::vec("[a-z0-9:/,* ()A-Z.-]{0,80}", 0..8)) {
            let access = Access::read(texts.iter().map(String::as_str));
            prop_assert!(access.repositories.len() <= MOST);
            let asked = texts.join(" ");
            for (name, actions) in &access.repositories {
                prop_assert!(asked.contains(name.as_str()) && !actions.is_empty());
            }
            prop_assert!(!access.catalog || asked.contains("registry:catalog:"));
            prop_assert_eq!(access.clone().cut(|_, _| false).repositories.len(), 0);
        }
    }
}
