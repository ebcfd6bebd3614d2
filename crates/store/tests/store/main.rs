//! The contracts of the ports that the store implements, told through the ports alone.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, unreachable_pub, reason = "tests")]

mod file;
mod judgement;
mod place;
mod work;
mod writer;
