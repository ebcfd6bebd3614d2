//! Passwords: what a good one is, and how they are kept and compared (argon2id).

use std::fmt;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{self, PasswordHasher};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use assay_core::{Fault, IdSource, Refused, Rejection};
use secrecy::{ExposeSecret, SecretString};
use subtle::ConstantTimeEq;

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
        Self { memory: Params::DEFAULT_M_COST, passes: Params::DEFAULT_T_COST, at_a_time: 2 };

    /// As little as possible: for tests, never for passwords that matter.
    pub const LEAST: Self = Self { memory: Params::MIN_M_COST, passes: 1, at_a_time: 2 };
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
        let mut turn = self.turnstile.enter(QUEUE).ok_or(Unadmitted::TooMany(Duration::from_secs(1)))?;
        Ok(agrees(password, &known, &mut turn.memory).map_err(broken)? && hash.is_some())
    }
}

/// Whether hashing `password` as `known` was hashed comes to the same. The memory is used again and again: given back, it
/// would stay with whichever thread took it, and there are many.
fn agrees(password: &[u8], known: &PasswordHash, memory: &mut Vec<Block>) -> password_hash::Result<bool> {
    let (Some(salt), Some(hash)) = (&known.salt, &known.hash) else { return Ok(false) };
    let algorithm = Algorithm::try_from(known.algorithm.as_str())?;
    let version = known.version.map_or(Ok(Version::default()), Version::try_from)?;
    let params = Params::try_from(known)?;
    memory.resize(params.block_count(), Block::default());
    let mut found = vec![0; hash.len()];
    Argon2::new(algorithm, version, params).hash_password_into_with_memory(
        password,
        salt.as_ref(),
        &mut found,
        memory.as_mut_slice(),
    )?;
    Ok(found.ct_eq(hash.as_bytes()).into())
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
struct Turnstile {
    free: Mutex<Free>,
    turned: Condvar,
}

impl fmt::Debug for Turnstile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Turnstile").finish_non_exhaustive()
    }
}

struct Free {
    /// The memory of each place that is free.
    places: Vec<Vec<Block>>,
    waiting: usize,
}

/// The right to be within, and the memory to work in.
struct Turn<'a> {
    turnstile: &'a Turnstile,
    memory: Vec<Block>,
}

impl Turnstile {
    fn of(places: usize) -> Self {
        let places = (0..places.max(1)).map(|_| Vec::new()).collect();
        Self { free: Mutex::new(Free { places, waiting: 0 }), turned: Condvar::new() }
    }

    /// Waits for a turn, unless `most` wait already.
    fn enter(&self, most: usize) -> Option<Turn<'_>> {
        let mut free = self.free();
        if free.places.is_empty() && free.waiting >= most {
            return None;
        }
        free.waiting += 1;
        let memory = loop {
            match free.places.pop() {
                Some(memory) => break memory,
                None => free = self.turned.wait(free).unwrap_or_else(PoisonError::into_inner),
            }
        };
        free.waiting -= 1;
        Some(Turn { turnstile: self, memory })
    }

    fn free(&self) -> MutexGuard<'_, Free> {
        self.free.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let memory = std::mem::take(&mut self.memory);
        self.turnstile.free().places.push(memory);
        self.turnstile.turned.notify_one();
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
