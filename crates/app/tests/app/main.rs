//! The use cases of the service through the front door, on a real store in a temporary folder.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod accounts;
mod build_report;
mod engines;
mod house;
mod judged;
mod lifecycle;
mod notices;
mod parity;
mod pipeline;
mod plant;
mod policies;
mod pushes;
mod simulation;
mod waivers;
mod workers;
mod workshop;
