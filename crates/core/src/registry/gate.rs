//! Who may do what with a repository.

use std::time::Duration;

use super::RepositoryName;
use crate::account::Actor;

/// What is done with a repository.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum RepositoryAction {
    /// Read from it.
    Pull,
    /// Write to it.
    Push,
    /// Take away from it.
    Delete,
}

impl RepositoryAction {
    /// Every action.
    pub const ALL: [Self; 3] = [Self::Pull, Self::Push, Self::Delete];

    /// The word in a token's access list.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pull => "pull",
            Self::Push => "push",
            Self::Delete => "delete",
        }
    }
}

/// Why a request is not let in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Denied {
    /// No token, or one that is over or not ours: log in (401 with a challenge).
    Unknown,
    /// The token is good but was not made for this: ask for a wider one (401 with the scope needed).
    Narrow,
    /// The repository may be seen, but this may not be done with it (403). Says why.
    Forbidden(String),
    /// The repository may not be seen; it is as if it did not exist (404).
    Hidden,
    /// Too many requests; come back after this time (429).
    Throttled(Duration),
}

/// Decides at the door, from what the request's token says. Called for every request on threads that must not wait:
/// tokens are verified here, without asking anybody.
pub trait Gate: Send + Sync {
    /// Whether `token`, the word after `Bearer`, is somebody's at all.
    fn authenticate(&self, token: Option<&str>) -> Result<Actor, Denied>;
    /// Whether `token` lets its owner do `action` with `repository`, and who that is.
    fn admit(
        &self,
        token: Option<&str>,
        repository: &RepositoryName,
        action: RepositoryAction,
    ) -> Result<Actor, Denied>;
    /// Whether `token` lets its owner read `repository`, asked on the house's own account: it counts as no request.
    fn may_read(&self, token: Option<&str>, repository: &RepositoryName) -> bool {
        self.admit(token, repository, RepositoryAction::Pull).is_ok()
    }
    /// Whether `token` lets its owner list repositories (scope `registry:catalog:*`).
    fn catalog(&self, token: Option<&str>) -> Result<Actor, Denied>;
    /// Whether the list of repositories shows `repository` to `actor`.
    fn lists(&self, actor: &Actor, repository: &RepositoryName) -> bool;
}
