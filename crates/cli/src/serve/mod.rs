//! The service: rooms are opened, wired, and kept going until somebody asks for the end.

mod chores;
mod course;
mod crew;
mod exporter;
mod house;
mod lock;
mod log;
mod outgoing;
mod pipeline;
mod probes;
mod rooms;
mod signals;
mod standing;
mod timers;

pub(crate) use course::run;
pub(crate) use lock::UNFINISHED;
