//! Passwords: what a good one is, and how they are kept and compared (argon2id).

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{self, PasswordHasher, PasswordVerifier};
use argon2::{Argon2, Params};
use assay_core::{Fault, IdSource, Refused, Rejection};
use secrecy::{ExposeSecret, SecretString};

use super::authenticate::Unadmitted;
use super::authorization::is_key;
use super::secret::{Purpose, Secrets, hex};

/// Characters of a password at least.
const SHORTEST: usize = 10;

/// Bytes of a password at most.
pub(super) const LONGEST: usize = 1024;

/// Those that wait for their turn at most; whoever comes then is asked to come back.
const QUEUE: usize = 64;

/// A password made by us, to be shown once.
pub type Generated = SecretString;

/// What hashing a password costs, and how many are hashed at a time: each takes its memory.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Cost {
    /// Memory in KiB.
    pub memory: u32,
    /// Passes over it.
    pub passes: u32,
    /// Hashes made at a time.
    pub at_a_time: usize,
}

impl Cost {
    /// What is recommended for servers: 19 MiB and two passes.
    pub const USUAL: Self =
        Self { memory: Params::DEFAULT_M_COST, passes: Params::DEFAULT_T_COST, at_a_time: 4 };

    /// As little as possible: for tests, never for passwords that matter.
    pub const LEAST: Self = Self { memory: Params::MIN_M_COST, passes: 1, at_a_time: 4 };
}

#[derive(Debug)]
pub(super) struct Passwords {
    argon: Argon2<'static>,
    turnstile: Turnstile,
    /// The hash of a password nobody has.
    nobody: SecretString,
}

impl Passwords {
    pub(super) fn new(cost: Cost, secrets: &Secrets) -> Result<Self, Fault> {
        let params = Params::new(cost.memory, cost.passes, Params::DEFAULT_P_COST, None)
            .map_err(|cause| Fault::new("password", "preparing the hashing of passwords", cause))?;
        let argon = Argon2::from(params);
        let secret = secrets.hash(Purpose::Nobody, b"")?;
        let (password, salt) = secret.split_at(16);
        let nobody = argon.hash_password_with_salt(password, salt).map_err(broken)?.to_string().into();
        Ok(Self { argon, turnstile: Turnstile::of(cost.at_a_time), nobody })
    }

    /// The hash of a password, to be kept (PHC string format).
    pub(super) fn hash(&self, password: &SecretString, ids: &dyn IdSource) -> Result<SecretString, Refused> {
        let mut salt = [0; 16];
        ids.fill(&mut salt);
        let turn = self.turnstile.enter(usize::MAX);
        let hash = self.argon.hash_password_with_salt(password.expose_secret().as_bytes(), &salt);
        drop(turn);
        Ok(hash.map_err(broken)?.to_string().into())
    }

    /// Whether `password` is the one of `hash`. Takes as long where there is none.
    pub(super) fn is(
        &self,
        password: &SecretString,
        hash: Option<&SecretString>,
    ) -> Result<bool, Unadmitted> {
        let password = password.expose_secret().as_bytes();
        if password.len() > LONGEST {
            return Ok(false);
        }
        let known = PasswordHash::new(hash.unwrap_or(&self.nobody).expose_secret())
            .map_err(|cause| Fault::new("password", "reading a password's hash", cause))?;
        let turn = self.turnstile.enter(QUEUE).ok_or(Unadmitted::TooMany(Duration::from_secs(1)))?;
        let verdict = self.argon.verify_password(password, &known);
        drop(turn);
        match verdict {
            Ok(()) => Ok(hash.is_some()),
            Err(password_hash::Error::PasswordInvalid) => Ok(false),
            Err(cause) => Err(broken(cause).into()),
        }
    }
}

fn broken(cause: password_hash::Error) -> Fault {
    Fault::new("password", "hashing a password", cause)
}

/// Refuses passwords that are too easy to guess, or that are keys.
pub(super) fn check(password: &SecretString) -> Result<(), Rejection> {
    let text = password.expose_secret();
    let mut letters: Vec<char> = text.chars().collect();
    let long = letters.len() >= SHORTEST && text.len() <= LONGEST;
    letters.sort_unstable();
    letters.dedup();
    if long && letters.len() > 3 && !text.contains(char::is_control) && !is_key(text) {
        return Ok(());
    }
    let message = format!(
        "a password has {SHORTEST} characters at least, {LONGEST} bytes at most, four different characters, and \
         no control characters"
    );
    Err(Rejection::new("weak-password", message).hint("take a longer one, or let one be made"))
}

/// A password of 128 random bits, in groups that can be typed.
pub(super) fn generate(ids: &dyn IdSource) -> Generated {
    let mut bytes = [0; 16];
    ids.fill(&mut bytes);
    let groups: Vec<String> = bytes.chunks(4).map(hex).collect();
    groups.join("-").into()
}

/// Lets so many in at a time.
#[derive(Debug)]
struct Turnstile {
    free: Mutex<Free>,
    turned: Condvar,
}

#[derive(Debug)]
struct Free {
    places: usize,
    waiting: usize,
}

/// The right to be within.
struct Turn<'a>(&'a Turnstile);

impl Turnstile {
    fn of(places: usize) -> Self {
        Self { free: Mutex::new(Free { places: places.max(1), waiting: 0 }), turned: Condvar::new() }
    }

    /// Waits for a turn, unless `most` wait already.
    fn enter(&self, most: usize) -> Option<Turn<'_>> {
        let mut free = self.free();
        if free.places == 0 && free.waiting >= most {
            return None;
        }
        free.waiting += 1;
        while free.places == 0 {
            free = self.turned.wait(free).unwrap_or_else(PoisonError::into_inner);
        }
        free.waiting -= 1;
        free.places -= 1;
        Some(Turn(self))
    }

    fn free(&self) -> MutexGuard<'_, Free> {
        self.free.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.0.free().places += 1;
        self.0.turned.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use assay_core::SequentialIds;

    use super::*;

    #[test]
    fn weak_passwords_are_refused() {
        let key = format!("{}:{}", "0".repeat(16), "0".repeat(64));
        for bad in [
            "",
            "short",
            "aaaaaaaaaaaaaaa",
            "abcabcabcabc",
            "line\nbreak and more",
            &key,
            &"ab1c".repeat(300),
        ] {
            assert_eq!(check(&bad.into()).unwrap_err().code, "weak-password", "{bad}");
        }
        assert_eq!(check(&"correct horse".into()), Ok(()));
        assert_eq!(check(&generate(&SequentialIds::default())), Ok(()));
    }

    #[test]
    fn whoever_finds_the_queue_full_is_sent_away() {
        let turnstile = Turnstile::of(1);
        let turn = turnstile.enter(0).expect("there is a place");
        assert!(turnstile.enter(0).is_none());
        drop(turn);
        assert!(turnstile.enter(0).is_some());
    }
}
