//! The local vulnerability database: a read-only file, compiled from advisories by
//! [`import`](crate::security::import::import), read into memory as a whole.

mod clusters;
mod compile;
mod demonstration;
mod layout;
mod lookup;
mod open;
pub mod record;
pub mod severity;
mod sound;
mod tables;

pub use compile::{Content, TooLarge};
pub use lookup::{Advisory, Coverage, Entry, Span};
pub use open::{Damage, Database, OpenError};

#[cfg(test)]
mod tests;
