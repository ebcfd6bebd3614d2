//! The service's ways in and out, each from the other side of the wire.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod door;
mod graphql;
mod outgoing;
