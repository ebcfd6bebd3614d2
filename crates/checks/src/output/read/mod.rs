//! Strict reading of JSON (RFC 8259): no doubled keys, no lone surrogates, no numbers beyond an IEEE double, bounded
//! depth and size. The reader never goes deeper than asked and holds nothing it was not asked to build.

mod cursor;
mod hop;
mod keys;
mod malformed;
mod number;
mod skip;
mod text;
mod value;

pub(super) use cursor::{Ahead, Cursor};
pub(super) use keys::Keys;
pub(super) use malformed::{Malformed, Trouble};
pub(super) use value::{DEEPEST, value};
