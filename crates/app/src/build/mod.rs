//! What can be done with builds.

mod consequence;
mod guard;
pub mod reminder;
mod seen;
pub mod transition;

pub(crate) use seen::engine_of;
pub use seen::seen;
pub use transition::{Change, Judgement};
