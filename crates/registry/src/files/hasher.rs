//! Running hashes that can be put down and taken up again.

use assay_core::Digest;
use assay_core::digest::Algorithm;
use sha2::digest::common::hazmat::{SerializableState, SerializedState};
use sha2::{Digest as _, Sha256, Sha512};

/// A running hash.
#[derive(Clone)]
pub(crate) enum Hasher {
    Sha256(Sha256),
    Sha512(Box<Sha512>),
}

impl Hasher {
    pub(crate) fn new(algorithm: Algorithm) -> Self {
        match algorithm {
            Algorithm::Sha256 => Self::Sha256(Sha256::new()),
            Algorithm::Sha512 => Self::Sha512(Box::default()),
        }
    }

    pub(crate) fn update(&mut self, bytes: &[u8]) {
        match self {
            Self::Sha256(hasher) => hasher.update(bytes),
            Self::Sha512(hasher) => hasher.update(bytes),
        }
    }

    pub(crate) fn finish(self) -> Digest {
        let digest = match self {
            Self::Sha256(hasher) => Digest::from_hash(Algorithm::Sha256, &hasher.finalize()),
            Self::Sha512(hasher) => Digest::from_hash(Algorithm::Sha512, &hasher.finalize()),
        };
        digest.unwrap_or_else(|_| unreachable!("a hash has its algorithm's length"))
    }

    /// The state in hex digits, from which [`Self::restore`] goes on.
    pub(crate) fn save(&self) -> String {
        match self {
            Self::Sha256(hasher) => to_hex(&hasher.serialize()),
            Self::Sha512(hasher) => to_hex(&hasher.serialize()),
        }
    }

    /// The hash whose state was saved; nothing when the text is no such state.
    pub(crate) fn restore(algorithm: Algorithm, saved: &str) -> Option<Self> {
        let state = from_hex(saved)?;
        Some(match algorithm {
            Algorithm::Sha256 => Self::Sha256(resume(&state)?),
            Algorithm::Sha512 => Self::Sha512(Box::new(resume(&state)?)),
        })
    }
}

/// The digest of `bytes`.
pub(crate) fn digest_of(algorithm: Algorithm, bytes: &[u8]) -> Digest {
    let mut hasher = Hasher::new(algorithm);
    hasher.update(bytes);
    hasher.finish()
}

fn resume<H: SerializableState>(state: &[u8]) -> Option<H> {
    let state = SerializedState::<H>::try_from(state).ok()?;
    H::deserialize(&state).ok()
}

fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: &u8| char::from(*byte).to_digit(16);
    text.as_bytes()
        .chunks(2)
        .map(|pair| match pair {
            [high, low] => u8::try_from(digit(high)? * 16 + digit(low)?).ok(),
            _ => None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_goes_on_where_it_was_put_down() {
        let bytes: Vec<u8> = (0..5000_u32).map(|at| at as u8).collect();
        for algorithm in [Algorithm::Sha256, Algorithm::Sha512] {
            for cut in [0, 1, 63, 64, 127, 128, 4999, 5000] {
                let mut hasher = Hasher::new(algorithm);
                hasher.update(&bytes[..cut]);
                let mut resumed = Hasher::restore(algorithm, &hasher.save()).unwrap();
                resumed.update(&bytes[cut..]);
                assert_eq!(resumed.finish(), digest_of(algorithm, &bytes), "{cut}");
            }
            for torn in ["", "00", "zz", "abc", &Hasher::new(algorithm).save()[2..]] {
                assert!(Hasher::restore(algorithm, torn).is_none(), "{torn}");
            }
        }
    }
}
