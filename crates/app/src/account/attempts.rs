//! Slows the guessing of passwords down: failures fill a bucket for the account, for the address they come from, and for
//! both together; each empties slowly.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::authenticate::Unadmitted;

/// Buckets kept at most.
const MOST: usize = 50_000;

/// Whose failures are counted together.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
enum Suspect {
    Account(String),
    Address(IpAddr),
    Both(String, IpAddr),
}

impl Suspect {
    /// Failures that fit in the bucket, and the time in which one of them is forgotten. An account can be locked for
    /// everybody only by many addresses, and then still takes an attempt every few seconds.
    fn allowance(&self) -> (u32, Duration) {
        match self {
            Self::Account(_) => (200, Duration::from_secs(3)),
            Self::Address(_) => (60, Duration::from_secs(2)),
            Self::Both(..) => (20, Duration::from_secs(15)),
        }
    }
}

/// The time at which the bucket will be empty; how full it is follows from how far off that is.
type Empty = Duration;

#[derive(Debug, Default)]
pub(super) struct Attempts {
    buckets: Mutex<HashMap<Suspect, Empty>>,
}

/// An attempt under way, counted as failed until it is forgiven: many at once are not more than many in turn.
#[derive(Debug)]
pub(super) struct Attempt(Vec<Suspect>);

impl Attempts {
    /// Counts an attempt, unless there were too many.
    pub(super) fn begin(
        &self,
        account: &str,
        from: Option<IpAddr>,
        now: Duration,
    ) -> Result<Attempt, Unadmitted> {
        let suspects = suspects(account, from);
        let mut buckets = self.buckets();
        make_room(&mut buckets, now);
        if let Some(wait) = suspects.iter().filter_map(|suspect| wait(&buckets, suspect, now)).max() {
            return Err(Unadmitted::TooMany(wait));
        }
        for suspect in &suspects {
            let (_, each) = suspect.allowance();
            let empty = buckets.entry(suspect.clone()).or_insert(now);
            *empty = (*empty).max(now) + each;
        }
        Ok(Attempt(suspects))
    }

    /// It was the right password after all.
    pub(super) fn forgive(&self, attempt: Attempt) {
        let mut buckets = self.buckets();
        for suspect in attempt.0 {
            let (_, each) = suspect.allowance();
            match (&suspect, buckets.get_mut(&suspect)) {
                (Suspect::Both(..), _) => drop(buckets.remove(&suspect)),
                (_, Some(empty)) => *empty = empty.saturating_sub(each),
                (_, None) => {}
            }
        }
    }

    fn buckets(&self) -> MutexGuard<'_, HashMap<Suspect, Empty>> {
        self.buckets.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An account is named by a stranger; nothing long is kept of it.
fn suspects(account: &str, from: Option<IpAddr>) -> Vec<Suspect> {
    let account: String = account.chars().take(254).collect();
    let Some(from) = from.map(network) else { return vec![Suspect::Account(account)] };
    vec![Suspect::Both(account.clone(), from), Suspect::Account(account), Suspect::Address(from)]
}

/// What one caller can hardly change of the own address: of IPv6 the first half.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(six) => Ipv6Addr::from_bits(six.to_bits() >> 64 << 64).into(),
        four => four,
    }
}

/// How long it takes until the bucket has room for one more failure; nothing when it has.
fn wait(buckets: &HashMap<Suspect, Empty>, suspect: &Suspect, now: Duration) -> Option<Duration> {
    let (most, each) = suspect.allowance();
    let empty = buckets.get(suspect)?;
    let full = now + each * (most - 1);
    empty.checked_sub(full).filter(|wait| !wait.is_zero())
}

/// Forgets empty buckets when there are many, and the emptier half when that does not help.
fn make_room(buckets: &mut HashMap<Suspect, Empty>, now: Duration) {
    if buckets.len() < MOST {
        return;
    }
    buckets.retain(|_, empty| *empty > now);
    if buckets.len() >= MOST {
        let mut ends: Vec<Duration> = buckets.values().copied().collect();
        let (_, middle, _) = ends.select_nth_unstable(MOST / 2);
        let middle = *middle;
        buckets.retain(|_, empty| *empty > middle);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: Duration = Duration::from_secs(43_200);

    fn address(last: u8) -> Option<IpAddr> {
        Some(IpAddr::from([192, 0, 2, last]))
    }

    #[test]
    fn guessing_from_one_address_is_slowed_down_and_others_are_not() {
        let attempts = Attempts::default();
        for _ in 0..20 {
            assert!(attempts.begin("ada", address(1), NOON).is_ok());
        }
        let Err(Unadmitted::TooMany(wait)) = attempts.begin("ada", address(1), NOON) else {
            panic!("the 21st guess is one too many");
        };
        assert_eq!(wait, Duration::from_secs(15));
        assert!(attempts.begin("ada", address(2), NOON).is_ok(), "the owner comes from elsewhere");
        assert!(attempts.begin("eve", address(1), NOON).is_ok(), "a neighbour has another account");
        assert!(attempts.begin("ada", address(1), NOON + wait).is_ok());
        assert!(attempts.begin("ada", address(1), NOON + wait).is_err());
    }

    #[test]
    fn right_passwords_never_add_up() {
        let attempts = Attempts::default();
        for _ in 0..1000 {
            let attempt = attempts.begin("ada", address(1), NOON).expect("none has failed");
            attempts.forgive(attempt);
        }
    }

    #[test]
    fn many_addresses_or_many_accounts_do_not_help() {
        let attempts = Attempts::default();
        let network = |last: u16| Some(IpAddr::from([0x2001, 0xdb8, 0, last, 7, 7, 7, last]));
        let refused = (0..300).filter(|n| attempts.begin("ada", network(*n), NOON).is_err()).count();
        assert_eq!(refused, 100, "one account, many addresses");
        let spray = (0..300).filter(|n| attempts.begin(&n.to_string(), address(9), NOON).is_err()).count();
        assert_eq!(spray, 240, "one address, many accounts");
        let host = |last: u16| Some(IpAddr::from([0x2001, 0xdb8, 1, 1, 0, 0, 0, last]));
        let hosts = (0..300).filter(|n| attempts.begin(&n.to_string(), host(*n), NOON).is_err()).count();
        assert_eq!(hosts, 240, "hosts of one IPv6 network are one address");
    }

    #[test]
    fn memory_is_bounded() {
        let attempts = Attempts::default();
        for n in 0..MOST as u32 + 10 {
            let _ = attempts.begin(&n.to_string(), Some(IpAddr::from(n.to_be_bytes())), NOON);
            assert!(attempts.buckets().len() <= MOST + 3);
        }
    }
}
