//! Organizations, users, keys, sessions.

use assay_core::records::Accounts;

use super::Records;

impl Accounts for Records<'_> {}
