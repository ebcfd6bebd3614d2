//! The registry over real sockets, real files and the real records.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod client;
mod collection;
mod content;
mod crashes;
mod damage;
mod deletes;
mod gate;
mod house;
mod imports;
mod limits;
mod lists;
mod manifests;
mod model;
mod pulls;
mod referrers;
mod together;
mod uploads;
