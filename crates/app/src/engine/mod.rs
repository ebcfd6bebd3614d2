//! What can be done with engines.

mod settle;

pub(crate) use settle::{settle, tell};
