//! The registry's token service (the protocol of Docker's token authentication): short-lived tokens that say what
//! their owner may do.

mod access;
mod issue;
mod signer;

pub use access::Access;
pub use issue::{Grant, Issued, TokenRequest};

pub(super) use issue::LIFE;
pub(super) use signer::{Pass, Signer};
