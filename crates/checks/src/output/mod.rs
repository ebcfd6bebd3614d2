//! Engine output (output.md): the 11 validation contracts and the whole format, told in the vocabulary of the validate
//! API, and the semantic checks beyond the schema.
//!
//! A document is read once. Items of its long arrays that are surely sound by the quick reading are shown to the
//! semantic checks and forgotten; of the others the place is kept, and the compiled schemas look at them again. So the
//! memory needed beside the input stays small, and positions are only worked out for what is told.

mod case;
mod contract;
mod doubtful;
mod entry;
mod facts;
mod hint;
mod meaning;
mod position;
mod quick;
mod read;
mod request;
mod scan;
mod schema;
mod strip;
mod unreadable;
mod validation;

pub use contract::{AION, CONTRACTS, Contract, INFORMAL};
pub use request::{Limits, Profile, Request};
pub use validation::{Validation, ValidationError};

use case::Case;
use read::{Malformed, Trouble};
use unreadable::unreadable;

/// Validates one document. Never fails: a text that cannot be read is an invalid document too (`OUT-JSON`).
pub fn validate(bytes: &[u8], request: &Request) -> Validation {
    match text_of(bytes, request) {
        Ok(text) => {
            Case::new(text, request).judge().unwrap_or_else(|trouble| unreadable(bytes, &trouble, request))
        }
        Err(trouble) => unreadable(bytes, &trouble, request),
    }
}

fn text_of<'a>(bytes: &'a [u8], request: &Request) -> Result<&'a str, Malformed> {
    let limit = request.limits.bytes.min(u32::MAX as usize);
    if bytes.len() > limit {
        return Err(Malformed { at: 0, trouble: Trouble::TooLarge(limit / 1_000_000) });
    }
    if bytes.starts_with(b"\xef\xbb\xbf") {
        return Err(Malformed { at: 0, trouble: Trouble::ByteOrderMark });
    }
    std::str::from_utf8(bytes)
        .map_err(|error| Malformed { at: error.valid_up_to(), trouble: Trouble::NotUtf8 })
}
