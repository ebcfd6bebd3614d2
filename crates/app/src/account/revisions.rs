//! Which registry tokens were called back: users whose tokens were revised within the life of a token. Few at any time,
//! whatever the number of users.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError, RwLock};
use std::time::Duration;

use assay_core::ledger::read;
use assay_core::{Refused, UserId};
use jiff::Timestamp;

use super::token::LIFE;
use crate::Service;

/// How long what is known may be trusted without looking again.
const TRUSTED: Duration = Duration::from_secs(15);

/// What is known of a token's user.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Standing {
    Good,
    CalledBack,
    /// Nobody has looked for too long.
    Unsure,
}

#[derive(Debug, Default)]
pub(super) struct Revisions {
    known: RwLock<Known>,
    /// Held while looking, so that an older view never replaces a newer one.
    looking: Mutex<()>,
}

#[derive(Debug, Default)]
struct Known {
    versions: HashMap<UserId, u32>,
    as_of: Option<Duration>,
}

impl Revisions {
    /// Looks at the records.
    pub(super) fn refresh(&self, service: &Service) -> Result<(), Refused> {
        let _looking = self.looking.lock().unwrap_or_else(PoisonError::into_inner);
        let as_of = service.clock.elapsed();
        // Twice the life of a token: the wall clock, by which both are dated, may be set meanwhile.
        let since = service.now().checked_sub(LIFE * 2).unwrap_or(Timestamp::MIN);
        let revised = read(&*service.ledger, |records| records.revised_users(since))?;
        let known = Known { versions: revised.into_iter().collect(), as_of: Some(as_of) };
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = known;
        Ok(())
    }

    /// What is known of a token that was given out when its user's tokens had `version`.
    pub(super) fn standing(&self, user: UserId, version: u32, now: Duration) -> Standing {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        if known.as_of.is_none_or(|as_of| now.saturating_sub(as_of) > TRUSTED) {
            return Standing::Unsure;
        }
        match known.versions.get(&user) {
            Some(least) if version < *least => Standing::CalledBack,
            _ => Standing::Good,
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn nothing_old_is_trusted() {
        let revisions = Revisions::default();
        let (ada, eve) = (UserId(Uuid::from_u128(1)), UserId(Uuid::from_u128(2)));
        assert_eq!(revisions.standing(ada, 7, Duration::ZERO), Standing::Unsure);
        let known = Known { versions: [(ada, 7)].into(), as_of: Some(Duration::from_secs(100)) };
        *revisions.known.write().unwrap() = known;
        let at = Duration::from_secs;
        assert_eq!(revisions.standing(ada, 7, at(115)), Standing::Good);
        assert_eq!(revisions.standing(ada, 6, at(115)), Standing::CalledBack);
        assert_eq!(revisions.standing(eve, 0, at(115)), Standing::Good);
        assert_eq!(revisions.standing(eve, 0, at(116)), Standing::Unsure);
    }
}
