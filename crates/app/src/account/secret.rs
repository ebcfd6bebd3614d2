//! The installation's own secret, and what is made with it.

use assay_core::ledger::{read, write};
use assay_core::{Fault, Refused};
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretSlice};
use sha2::Sha256;
use subtle::ConstantTimeEq;

use crate::Service;

/// Its name in the records.
const NAME: &str = "installation";

/// A keyed hash of a secret that is random already, such as a key: quick to compare, worthless without our secret.
pub(super) type Hash = [u8; 32];

/// What a hash is for: the same text has another one for every purpose. The numbers are part of what is kept.
#[derive(Clone, Copy, Debug)]
pub(super) enum Purpose {
    /// Comparing API keys.
    ApiKey = 1,
    /// Finding sessions by their tokens.
    Session = 2,
    /// Signing registry tokens.
    Token = 3,
    /// The password of those who do not exist.
    Nobody = 4,
}

/// The secret of the installation.
#[derive(Debug)]
pub(super) struct Secrets {
    root: SecretSlice<u8>,
}

impl Secrets {
    /// Reads the secret, or makes it. Of two processes that make one at once the first one's is kept.
    pub(super) fn open(service: &Service) -> Result<Self, Refused> {
        if let Some(root) = read(&*service.ledger, |records| records.secret(NAME))? {
            return Ok(Self { root });
        }
        let mut fresh = vec![0; 32];
        service.ids.fill(&mut fresh);
        let fresh = SecretSlice::from(fresh);
        let root = write(&*service.ledger, |records| {
            records.keep_secret(NAME, &fresh)?;
            records.secret(NAME)
        })?;
        root.map(|root| Self { root })
            .ok_or_else(|| Fault::new("store", "keeping the installation's secret", "it was not kept").into())
    }

    /// The keyed hash (HMAC-SHA256) of `text` for `purpose`.
    pub(super) fn hash(&self, purpose: Purpose, text: &[u8]) -> Result<Hash, Fault> {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.root.expose_secret())
            .map_err(|cause| Fault::new("secret", "using the installation's secret", cause))?;
        mac.update(&[purpose as u8]);
        mac.update(text);
        Ok(mac.finalize().into_bytes().into())
    }
}

/// Whether two hashes are the same, in a time that does not tell where they differ.
pub(super) fn same(one: &Hash, other: &Hash) -> bool {
    one.ct_eq(other).into()
}

/// Bytes as lower-case hexadecimal digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    const DIGITS: [char; 16] =
        ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'];
    let digit = |nibble: u8| DIGITS.get(usize::from(nibble)).copied().unwrap_or('0');
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}
